//! The instrument as hosts know it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use nice_plug::prelude::*;

use super::controls::Controls;
use super::editor;
use super::instance::Instance;
use super::params::SynthParams;
use super::player::Player;
use super::state;
use crate::patience::Patience;

/// Seconds that may sound after the last note: the longest hit, an octave down.
const TAIL_SECONDS: f32 = 2.0;

/// "diffwav Synth".
#[derive(Debug)]
pub struct Synth {
    params: Arc<SynthParams>,
    instance: Arc<Instance>,
    player: Player,
    patience: Patience,
    rate: f32,
    transport: Playback,
    /// Notes that played a pad.
    notes: u64,
}

/// What the transport did in the call before.
#[derive(Debug, Default, Clone, Copy)]
struct Playback {
    playing: bool,
    position: i64,
}

impl Playback {
    /// Whether the song begins: the transport starts, or jumps back to the beginning.
    fn begins(&mut self, transport: &Transport) -> bool {
        let now = Self {
            playing: transport.playing,
            position: transport.pos_samples().unwrap_or(self.position),
        };
        let before = std::mem::replace(self, now);
        now.playing && (!before.playing || now.position <= 0 && before.position > 0)
    }
}

impl Default for Synth {
    fn default() -> Self {
        let params = Arc::<SynthParams>::default();
        let (instance, player) = Instance::new(Arc::clone(&params));
        Self {
            params,
            instance,
            player,
            patience: Patience::new(48_000.0, false),
            rate: 48_000.0,
            transport: Playback::default(),
            notes: 0,
        }
    }
}

impl Drop for Synth {
    fn drop(&mut self) {
        self.instance.close();
    }
}

impl Synth {
    fn rate(&self) -> u32 {
        self.rate.round() as u32
    }

    fn handle(&mut self, event: &NoteEvent<()>, controls: &Controls) {
        let (params, rate) = (Arc::clone(&self.params), self.rate());
        let key = |pad: usize| params.key(pad, rate);
        let bounce = self
            .patience
            .unlimited()
            .then_some(&key as &dyn Fn(usize) -> u64);
        match *event {
            NoteEvent::NoteOn { key, velocity, .. } => {
                let Some(note) = key.number() else { return };
                self.instance.shared.last_note.store(note, Relaxed);
                if let Some(pad) = self.params.book.pad(note) {
                    self.notes += 1;
                    self.player.note_on(pad, note, velocity, controls, bounce);
                }
            }
            NoteEvent::Choke { key, .. } => self.player.silence(key.number()),
            NoteEvent::PolyTuning { key, tuning, .. } => self.player.tune(key.number(), tuning),
            // A drum rings on when its key is let go.
            _ => {}
        }
    }
}

impl Plugin for Synth {
    const NAME: &'static str = "diffwav Synth";
    const VENDOR: &'static str = "diffwav";
    const URL: &'static str = "";
    const EMAIL: &'static str = "";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");

    const AUDIO_IO_LAYOUTS: &'static [AudioIOLayout] = &[AudioIOLayout {
        main_input_channels: None,
        main_output_channels: NonZeroU32::new(2),
        names: PortNames {
            layout: Some("Stereo"),
            ..PortNames::const_default()
        },
        ..AudioIOLayout::const_default()
    }];

    // Not the controllers: in VST3 the framework makes 2080 parameters of them, over which hosts in Python take minutes.
    const MIDI_INPUT: MidiConfig = MidiConfig::Basic;
    const INPUT_EVENT_CAPACITY: usize = 1 << 13;
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
        _: &AudioIOLayout,
        config: &BufferConfig,
        _: &mut impl ActivateContext<Self>,
    ) -> bool {
        let offline = config.process_mode == ProcessMode::Offline;
        self.rate = config.sample_rate;
        self.patience = Patience::new(config.sample_rate, offline);
        self.player.set_rate(config.sample_rate);
        self.instance.activate(config.sample_rate.round() as u32);
        true
    }

    fn reset(&mut self) {
        self.patience.reset();
        self.transport = Playback::default();
        self.player.reset();
    }

    fn process(
        &mut self,
        buffer: &mut Buffer,
        _: &mut AuxiliaryBuffers,
        context: &mut impl ProcessContext<Self>,
    ) -> ProcessStatus {
        let frames = buffer.samples();
        self.patience.block(frames);
        if self.transport.begins(context.transport()) {
            self.player.rewind();
        }
        let controls = self.params.controls(self.rate());
        self.player.take_deliveries(&controls);
        let [left, right] = buffer.as_slice() else {
            return ProcessStatus::Error("another number of channels than was agreed on");
        };
        left.fill(0.0);
        right.fill(0.0);
        let notes_before = self.notes;
        if let Some((pad, velocity)) = self.instance.shared.take_audition() {
            // No key plays this note: nobody chokes it.
            let none = u8::MAX;
            self.notes += 1;
            self.player.note_on(pad, none, velocity, &controls, None);
        }
        let mut start = 0;
        while let Some(event) = context.next_event() {
            let at = (event.timing() as usize).clamp(start, frames);
            self.player
                .render(&mut left[start..at], &mut right[start..at], &controls);
            start = at;
            self.handle(&event, &controls);
        }
        self.player
            .render(&mut left[start..], &mut right[start..], &controls);
        self.player.take_deliveries(&controls);
        if self.notes != notes_before {
            self.instance.shared.wake();
        }
        ProcessStatus::Tail((TAIL_SECONDS * self.rate) as u32)
    }
}

impl ClapPlugin for Synth {
    const CLAP_ID: &'static str = "io.github.diffwav.synth";
    const CLAP_DESCRIPTION: Option<&'static str> =
        Some("Drums from a diffusion model: each hit is made anew");
    const CLAP_MANUAL_URL: Option<&'static str> = None;
    const CLAP_SUPPORT_URL: Option<&'static str> = None;
    const CLAP_FEATURES: &'static [ClapFeature] = &[
        ClapFeature::Instrument,
        ClapFeature::Drum,
        ClapFeature::DrumMachine,
        ClapFeature::Stereo,
    ];
}

impl Vst3Plugin for Synth {
    const VST3_CLASS_ID: [u8; 16] = *b"diffwavSynth0001";
    const VST3_SUBCATEGORIES: &'static [Vst3SubCategory] = &[
        Vst3SubCategory::Instrument,
        Vst3SubCategory::Drum,
        Vst3SubCategory::Stereo,
    ];
}
