//! What the public validators ask of buses: every layout is offered, described, chosen, and works.

use clack_extensions::audio_ports::{AudioPortFlags, AudioPortInfoBuffer, PluginAudioPorts};
use clack_extensions::audio_ports_config::{AudioPortsConfigBuffer, PluginAudioPortsConfig};
use clack_host::utils::ClapId;

use crate::host::{Plugin, blocks, on_audio_thread, run};
use crate::signal::{compensated, difference, file_mode, noisy, settings};
use crate::world;

/// A layout as the plugin describes it.
struct Layout {
    id: ClapId,
    name: String,
    channels: usize,
}

fn layouts(plugin: &mut Plugin) -> Vec<Layout> {
    let handle = plugin.instance.plugin_handle();
    let configurations: PluginAudioPortsConfig = handle.get_extension().unwrap();
    (0..configurations.count(&handle))
        .map(|index| {
            let mut buffer = AudioPortsConfigBuffer::new();
            let found = configurations.get(&handle, index, &mut buffer).unwrap();
            assert_eq!((found.input_port_count, found.output_port_count), (1, 1));
            let (input, output) = (found.main_input.unwrap(), found.main_output.unwrap());
            assert_eq!(input.channel_count, output.channel_count);
            Layout {
                id: found.id,
                name: String::from_utf8(found.name.to_vec()).unwrap(),
                channels: input.channel_count as usize,
            }
        })
        .collect()
}

fn select(plugin: &mut Plugin, id: ClapId) -> bool {
    let handle = plugin.instance.plugin_handle();
    let configurations: PluginAudioPortsConfig = handle.get_extension().unwrap();
    configurations.select(&handle, id).is_ok()
}

/// Channels of the one main port of a direction.
fn channels(plugin: &mut Plugin, input: bool) -> usize {
    let handle = plugin.instance.plugin_handle();
    let ports: PluginAudioPorts = handle.get_extension().unwrap();
    assert_eq!(ports.count(&handle, input), 1);
    let mut buffer = AudioPortInfoBuffer::new();
    let port = ports.get(&handle, 0, input, &mut buffer).unwrap();
    assert!(port.flags.contains(AudioPortFlags::IS_MAIN));
    assert!(!port.name.is_empty());
    let count = port.channel_count as usize;
    let mut none = AudioPortInfoBuffer::new();
    assert!(ports.get(&handle, 1, input, &mut none).is_none());
    count
}

#[test]
fn a_new_instance_is_stereo() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    assert_eq!(
        (channels(&mut plugin, true), channels(&mut plugin, false)),
        (2, 2)
    );
}

#[test]
fn every_layout_is_chosen_and_gives_the_file() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    let layouts = layouts(&mut plugin);
    let counts: Vec<usize> = layouts.iter().map(|layout| layout.channels).collect();
    assert_eq!(counts, [2, 1, 3, 4, 5, 6, 7, 8, 10, 12, 16]);
    for Layout {
        id,
        name,
        channels: count,
    } in layouts
    {
        assert!(select(&mut plugin, id), "{name}");
        assert_eq!(
            (channels(&mut plugin, true), channels(&mut plugin, false)),
            (count, count),
            "{name}"
        );
        let input = noisy(count, 9_000, 48_000.0);
        let expected = file_mode(Box::new(world::memory()), &input, 48_000, &settings());
        let stopped = plugin.activate(48_000.0, 512);
        let latency = plugin.latency();
        let mut started = stopped.start_processing().unwrap();
        let out = run(&mut started, &input, blocks(512), &[]);
        assert_eq!(
            difference(&compensated(&out, latency), &expected),
            None,
            "{name}"
        );
        plugin.deactivate(started.stop_processing());
    }
}

#[test]
fn a_layout_that_is_not_offered_is_refused_and_changes_nothing() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    let most = layouts(&mut plugin)
        .iter()
        .map(|layout| layout.id.get())
        .max()
        .unwrap();
    assert!(!select(&mut plugin, ClapId::new(most + 1)));
    assert_eq!(channels(&mut plugin, true), 2);
}

#[test]
fn the_tail_after_a_block_is_at_least_the_latency() {
    let _world = world::with(world::memory);
    let mut plugin = Plugin::new();
    let stopped = plugin.activate(48_000.0, 512);
    let latency = plugin.latency();
    let started = stopped.start_processing().unwrap();
    let (tail, started) = on_audio_thread(move || {
        let mut started = started;
        // The framework answers with what the last call said.
        run(&mut started, &noisy(2, 512, 48_000.0), blocks(512), &[]);
        let tail: clack_extensions::tail::PluginTail =
            started.plugin_handle().get_extension().unwrap();
        (tail.get(&started.plugin_handle()), started)
    });
    match tail {
        clack_extensions::tail::TailLength::Finite(frames) => {
            assert!(
                frames as usize >= latency,
                "tail {frames}, latency {latency}"
            );
            assert!(frames < 48_000, "the tail ends: {frames}");
        }
        other => panic!("a tail that ends was expected, not {other:?}"),
    }
    plugin.deactivate(started.stop_processing());
}
