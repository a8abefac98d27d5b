//! A small CLAP host.

use clack_extensions::latency::PluginLatency;
use clack_extensions::params::{ParamInfoBuffer, PluginParams};
use clack_extensions::render::{PluginRender, RenderMode};
use clack_extensions::state::PluginState;
use clack_host::events::event_types::ParamValueEvent;
use clack_host::prelude::*;
use clack_host::process::{
    PluginAudioConfiguration, StartedPluginAudioProcessor, StoppedPluginAudioProcessor,
};
use clack_host::utils::ClapId;

/// What plugins ask of the host.
#[derive(Default)]
pub struct Requests;

impl<'a> SharedHandler<'a> for Requests {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {}
}

/// The host's types.
pub struct TestHost;

impl HostHandlers for TestHost {
    type Shared<'a> = Requests;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();
}

/// A change of a parameter at a frame of the whole signal.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    pub frame: usize,
    pub id: ClapId,
    pub value: f64,
}

/// A parameter as the host sees it.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub id: ClapId,
    pub name: String,
    pub least: f64,
    pub most: f64,
    pub default: f64,
    pub flags: clack_extensions::params::ParamInfoFlags,
}

/// One plugin instance, on the thread that made it.
pub struct Plugin {
    pub instance: PluginInstance<TestHost>,
}

pub type Stopped = StoppedPluginAudioProcessor<TestHost>;
pub type Started = StartedPluginAudioProcessor<TestHost>;

impl Plugin {
    /// The effect.
    pub fn new() -> Self {
        Self::of(c"io.github.diffwav.denoise")
    }

    /// One of the plugins in the bundle.
    pub fn of(id: &std::ffi::CStr) -> Self {
        // SAFETY: the entry is the plugin's own, and a path that it does not read.
        let entry = unsafe {
            PluginEntry::load_from_raw(
                &diffwav_plugin::export::clap_entry,
                c"/nowhere/diffwav.clap",
            )
        }
        .unwrap();
        let info = HostInfo::new("diffwav tests", "diffwav", "", "1").unwrap();
        let instance = PluginInstance::new(|()| Requests, |_| (), &entry, id, &info);
        Self {
            instance: instance.unwrap(),
        }
    }

    pub fn activate(&mut self, rate: f64, most: u32) -> Stopped {
        let configuration = PluginAudioConfiguration {
            sample_rate: rate,
            min_frames_count: 1,
            max_frames_count: most,
        };
        self.instance.activate(|_, _| (), configuration).unwrap()
    }

    pub fn deactivate(&mut self, processor: Stopped) {
        self.instance.deactivate(processor);
    }

    pub fn latency(&mut self) -> usize {
        let handle = self.instance.plugin_handle();
        let latency: PluginLatency = handle.get_extension().unwrap();
        latency.get(&handle) as usize
    }

    pub fn offline(&mut self, offline: bool) {
        let handle = self.instance.plugin_handle();
        let render: PluginRender = handle.get_extension().unwrap();
        let mode = if offline {
            RenderMode::Offline
        } else {
            RenderMode::Realtime
        };
        render.set(&handle, mode).unwrap();
    }

    pub fn parameters(&mut self) -> Vec<Parameter> {
        let handle = self.instance.plugin_handle();
        let params: PluginParams = handle.get_extension().unwrap();
        (0..params.count(&handle))
            .map(|index| {
                let mut buffer = ParamInfoBuffer::new();
                let info = params.get_info(&handle, index, &mut buffer).unwrap();
                Parameter {
                    id: info.id,
                    name: String::from_utf8(info.name.to_vec()).unwrap(),
                    least: info.min_value,
                    most: info.max_value,
                    default: info.default_value,
                    flags: info.flags,
                }
            })
            .collect()
    }

    pub fn parameter(&mut self, name: &str) -> Parameter {
        let found = self
            .parameters()
            .into_iter()
            .find(|parameter| parameter.name == name);
        found.unwrap_or_else(|| panic!("no parameter is called {name}"))
    }

    pub fn value(&mut self, id: ClapId) -> f64 {
        let handle = self.instance.plugin_handle();
        let params: PluginParams = handle.get_extension().unwrap();
        params.get_value(&handle, id).unwrap()
    }

    pub fn text(&mut self, id: ClapId, value: f64) -> String {
        let handle = self.instance.plugin_handle();
        let params: PluginParams = handle.get_extension().unwrap();
        let mut buffer = [0; 256];
        let text = params
            .value_to_text(&handle, id, value, &mut buffer)
            .unwrap();
        String::from_utf8(text.to_vec()).unwrap()
    }

    pub fn parse(&mut self, id: ClapId, text: &str) -> Option<f64> {
        let handle = self.instance.plugin_handle();
        let params: PluginParams = handle.get_extension().unwrap();
        let text = std::ffi::CString::new(text).unwrap();
        params.text_to_value(&handle, id, &text)
    }

    /// Sets a parameter while the plugin is not active.
    pub fn set(&mut self, name: &str, value: f64) {
        let id = self.parameter(name).id;
        let mut handle = self.instance.inactive_plugin_handle().unwrap();
        let params: PluginParams = handle.get_extension().unwrap();
        let event = [ParamValueEvent::new(0, id, Pckn::match_all(), value)];
        params.flush(
            &mut handle,
            &InputEvents::from_buffer(&event),
            &mut OutputEvents::void(),
        );
    }

    pub fn save(&mut self) -> Vec<u8> {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().unwrap();
        let mut bytes = Vec::new();
        state.save(&handle, &mut bytes).unwrap();
        bytes
    }

    pub fn load(&mut self, bytes: &[u8]) -> bool {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().unwrap();
        state.load(&handle, &mut &bytes[..]).is_ok()
    }
}

/// Blocks of one size.
pub fn blocks(size: usize) -> impl FnMut() -> usize {
    move || size
}

/// Blocks of 10 ms at 48 kHz, each when it is due.
pub fn paced() -> impl FnMut() -> usize {
    || {
        std::thread::sleep(std::time::Duration::from_millis(10));
        480
    }
}

/// Runs `input` through the plugin on this thread, in blocks as `next` says, with the changes at their frames.
pub fn run(
    processor: &mut Started,
    input: &[Vec<f32>],
    mut next: impl FnMut() -> usize,
    changes: &[Change],
) -> Vec<Vec<f32>> {
    let frames = input[0].len();
    let mut out = vec![vec![0.0f32; frames]; input.len()];
    let mut start = 0;
    while start < frames {
        let end = (start + next().max(1)).min(frames);
        let mut now: Vec<&Change> = changes
            .iter()
            .filter(|change| (start..end).contains(&change.frame))
            .collect();
        now.sort_by_key(|change| change.frame);
        let events: Vec<ParamValueEvent> = now
            .iter()
            .map(|change| {
                ParamValueEvent::new(
                    (change.frame - start) as u32,
                    change.id,
                    Pckn::match_all(),
                    change.value,
                )
            })
            .collect();
        let block: Vec<&[f32]> = input.iter().map(|plane| &plane[start..end]).collect();
        let done = call(processor, &block, &events);
        for (to, from) in out.iter_mut().zip(&done) {
            to[start..end].copy_from_slice(from);
        }
        start = end;
    }
    out
}

/// One process call.
pub fn call(
    processor: &mut Started,
    input: &[&[f32]],
    events: &[ParamValueEvent],
) -> Vec<Vec<f32>> {
    let mut from: Vec<Vec<f32>> = input.iter().map(|plane| plane.to_vec()).collect();
    let mut to: Vec<Vec<f32>> = from.iter().map(|plane| vec![7.0; plane.len()]).collect();
    let (mut in_ports, mut out_ports) = (
        AudioPorts::with_capacity(from.len(), 1),
        AudioPorts::with_capacity(to.len(), 1),
    );
    let inputs = in_ports.with_input_buffers([AudioPortBuffer {
        latency: 0,
        channels: AudioPortBufferType::f32_input_only(from.iter_mut().map(InputChannel::variable)),
    }]);
    let mut outputs = out_ports.with_output_buffers([AudioPortBuffer {
        latency: 0,
        channels: AudioPortBufferType::f32_output_only(to.iter_mut().map(Vec::as_mut_slice)),
    }]);
    processor
        .process(
            &inputs,
            &mut outputs,
            &InputEvents::from_buffer(&events),
            &mut OutputEvents::void(),
            None,
            None,
        )
        .unwrap();
    to
}

/// Does the same on a thread of its own, as hosts do: then nothing tells the plugin that it may wait.
pub fn on_audio_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}
