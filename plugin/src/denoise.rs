//! The effect as hosts know it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diffwav::engine::Format;
use diffwav::engine::latency::Budget;
use diffwav::engine::worker::Blocks;
use diffwav::units::Hz;
use nice_plug::prelude::*;

use crate::chain::{Chain, Controls};
use crate::editor;
use crate::instance::Instance;
use crate::keeper;
use crate::params::DenoiseParams;
use crate::patience::Patience;
use crate::state;

/// `activate` gives the engine this long to be there from the first block on; after that the delayed input plays first.
const ACTIVATE_PATIENCE: Duration = Duration::from_millis(60);

/// A bounce waits this long for an engine that is being loaded.
const LOAD_PATIENCE: Duration = Duration::from_secs(60);

/// Hosts that name no sane largest block get this one; longer calls are cut.
const BLOCK_MOST: u32 = 1 << 16;

/// Seconds of real-time calls after which the steps may adapt: a bounce must not look like a live performance.
const LIVE_SECONDS: f32 = 2.0;

const fn layout(channels: u32, name: &'static str) -> AudioIOLayout {
    AudioIOLayout {
        main_input_channels: NonZeroU32::new(channels),
        main_output_channels: NonZeroU32::new(channels),
        names: PortNames {
            layout: Some(name),
            ..PortNames::const_default()
        },
        ..AudioIOLayout::const_default()
    }
}

/// "diffwav Denoise".
#[derive(Debug)]
pub struct Denoise {
    params: Arc<DenoiseParams>,
    instance: Arc<Instance>,
    chain: Option<Chain>,
    patience: Patience,
    rate: f32,
    /// Tail after the input has ended: latency and what overlaps.
    tail: u32,
    /// Frames of calls in real time, one behind the other.
    live: u64,
}

impl Default for Denoise {
    fn default() -> Self {
        let params = Arc::<DenoiseParams>::default();
        let instance = Instance::new(Arc::clone(&params));
        keeper::keep(&instance);
        Self {
            params,
            instance,
            chain: None,
            patience: Patience::new(48_000.0, false),
            rate: 48_000.0,
            tail: 0,
            live: 0,
        }
    }
}

impl Drop for Denoise {
    fn drop(&mut self) {
        self.instance.close();
    }
}

impl Denoise {
    fn controls(&self) -> Controls {
        Controls {
            settings: self.params.settings(),
            gain_in: self.params.gain_in.value(),
            gain_out: self.params.gain_out.value(),
            bypass: self.params.bypass.value(),
        }
    }

    /// Takes the engine that the parameters ask for as soon as it is there. Only a call that nobody listens to waits.
    fn fetch_engine(&mut self) {
        if self.patience.unlimited() && keeper::runs() && !self.instance.is_current() {
            let until = Instant::now() + LOAD_PATIENCE;
            keeper::wake();
            while !self.instance.is_current() && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        if let (Some(chain), Some(engine)) = (&mut self.chain, self.instance.take_engine())
            && let Some(before) = chain.install(engine)
        {
            self.instance.retire(before);
        }
        self.instance.set_begun(true);
    }

    fn watch_pace(&mut self, frames: usize) {
        if self.patience.unlimited() {
            self.live = 0;
        } else {
            self.live += frames as u64;
        }
        self.instance
            .set_live(self.live as f32 > LIVE_SECONDS * self.rate);
    }
}

impl Plugin for Denoise {
    const NAME: &'static str = "diffwav Denoise";
    const VENDOR: &'static str = "diffwav";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[
        layout(2, "Stereo"),
        layout(1, "Mono"),
        layout(3, "LCR"),
        layout(4, "Quad"),
        layout(5, "5.0"),
        layout(6, "5.1"),
        layout(7, "7.0"),
        layout(8, "7.1"),
        layout(10, "7.1.2"),
        layout(12, "7.1.4"),
        layout(16, "16 channels"),
    ];

    const SAMPLE_ACCURATE_AUTOMATION: bool = true;

    type Editor = editor::Editor;
    type SysExMessage = ();
    type BackgroundTask = ();

    fn params(&self) -> Arc<dyn Params> {
        Arc::clone(&self.params) as Arc<dyn Params>
    }

    fn editor(&mut self, _: AsyncExecutor<Self>) -> Option<Self::Editor> {
        editor::create(Arc::clone(&self.params), Arc::clone(&self.instance))
    }

    fn filter_state(state: &mut PluginState) {
        state::repair(state);
    }

    fn activate(
        &mut self,
        layout: &AudioIOLayout,
        config: &BufferConfig,
        context: &mut impl ActivateContext<Self>,
    ) -> bool {
        let channels = layout.main_output_channels.map_or(0, NonZeroU32::get);
        let format = Format {
            rate: Hz(config.sample_rate.round() as u32),
            channels: channels as usize,
            frames_per_call: 1,
        };
        let blocks = Blocks {
            most: config.max_buffer_size.clamp(1, BLOCK_MOST) as usize,
            // No host keeps a promise about this when it loops, automates or records.
            fixed: false,
            budget: Budget::FULL,
        };
        let offline = config.process_mode == ProcessMode::Offline;
        self.rate = config.sample_rate;
        self.patience = Patience::new(config.sample_rate, offline);
        let Ok((place, fits)) = self.instance.activate(format, blocks, ACTIVATE_PATIENCE) else {
            return false;
        };
        context.set_latency_samples(place.latency as u32);
        // Two windows beyond the latency: what overlaps, and the filters of another rate.
        self.tail = place.latency as u32 + (0.04 * config.sample_rate) as u32;
        match &mut self.chain {
            Some(chain) if fits => chain.reset(),
            _ => {
                self.chain = Some(Chain::new(
                    format.channels,
                    config.sample_rate,
                    place.latency,
                ))
            }
        }
        if let (Some(chain), Some(engine)) = (&mut self.chain, self.instance.take_engine()) {
            // Here the one before may be freed.
            drop(chain.install(engine));
        }
        true
    }

    fn reset(&mut self) {
        self.patience.reset();
        self.live = 0;
        self.instance.set_begun(false);
        if let Some(chain) = &mut self.chain {
            chain.reset();
        }
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let frames = buffer.samples();
        let patience = self.patience.block(frames);
        self.fetch_engine();
        self.watch_pace(frames);
        let controls = self.controls();
        let Some(chain) = &mut self.chain else {
            return ProcessStatus::Error("not activated");
        };
        let planes = buffer.as_slice();
        if planes.len() != chain.channels() {
            return ProcessStatus::Error("another number of channels than was agreed on");
        }
        chain.process(planes, &controls, patience);
        if self.instance.take_restart() {
            context.request_restart();
        }
        ProcessStatus::Tail(self.tail)
    }
}

impl ClapPlugin for Denoise {
    const CLAP_ID: &'static str = "io.github.diffwav.denoise";
    const CLAP_DESCRIPTION: Option<&'static str> = Some(
        "Takes the noise out of recordings and leaves the voice, with a streaming diffusion model",
    );
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::AudioEffect,
        ClapFeature::Restoration,
        ClapFeature::Utility,
        ClapFeature::Mono,
        ClapFeature::Stereo,
        ClapFeature::Surround,
    ];
}

impl Vst3Plugin for Denoise {
    const VST3_CLASS_ID: [u8; 16] = *b"diffwavDenoise01";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] =
        &[Vst3SubCategory::Fx, Vst3SubCategory::Restoration];
}
