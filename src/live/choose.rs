//! From what was typed to a device.

use super::device::{Device, Host};
use crate::error::{Error, Result};

/// The device whose number, name or a part of the name is `wanted`; the default without.
///
/// # Errors
/// [`Error::Device`] that lists the candidates when none or several fit.
pub fn choose(host: &Host, capture: bool, wanted: Option<&str>) -> Result<Device> {
    let mut devices = host.devices(capture)?;
    let kind = if capture { "input" } else { "output" };
    let Some(wanted) = wanted else {
        let default = devices.iter().position(|device| device.is_default);
        return match default {
            Some(index) => Ok(devices.swap_remove(index)),
            None if devices.is_empty() => Err(Error::Device {
                device: format!("{kind} of {}", host.name()),
                problem: "there is no device".into(),
                remedy: "plug one in, or choose another --host".into(),
            }),
            None => Err(refuse(kind, "the default", "there is none", &devices)),
        };
    };
    let names: Vec<(&str, &str)> = devices
        .iter()
        .map(|device| (device.name.as_str(), device.id.as_str()))
        .collect();
    match find(&names, wanted) {
        Ok(index) => Ok(devices.swap_remove(index)),
        Err(problem) => Err(refuse(kind, wanted, problem, &devices)),
    }
}

fn refuse(kind: &str, wanted: &str, problem: &str, devices: &[Device]) -> Error {
    let list: Vec<String> = devices
        .iter()
        .enumerate()
        .map(|(index, device)| format!("\n  {} {} ({})", index + 1, device.name, device.id))
        .collect();
    Error::Device {
        device: format!("--{kind} {wanted}"),
        problem: problem.into(),
        remedy: format!("there are:{}", list.concat()),
    }
}

/// The index of the device with (name, id) that `wanted` means.
fn find(devices: &[(&str, &str)], wanted: &str) -> std::result::Result<usize, &'static str> {
    if let Ok(number) = wanted.parse::<usize>() {
        let there = (1..=devices.len()).contains(&number);
        return if there {
            Ok(number - 1)
        } else {
            Err("there is no device of this number")
        };
    }
    let wanted = wanted.to_lowercase();
    let same = |text: &str| text.to_lowercase() == wanted;
    let id_tail = |id: &str| {
        id.split_once(':')
            .map_or(id.to_owned(), |(_, tail)| tail.to_owned())
    };
    let exact = devices
        .iter()
        .position(|(name, id)| same(name) || same(id) || same(&id_tail(id)));
    if let Some(index) = exact {
        return Ok(index);
    }
    let part = |text: &str| text.to_lowercase().contains(&wanted);
    let mut fitting = devices
        .iter()
        .enumerate()
        .filter(|(_, (name, id))| part(name) || part(id));
    match (fitting.next(), fitting.next()) {
        (Some((index, _)), None) => Ok(index),
        (Some(_), Some(_)) => Err("several devices have that in their names"),
        _ => Err("no device has that in its name"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_names_and_parts_of_names() {
        let devices = [
            ("USB Microphone", "pulseaudio:alsa_input.usb"),
            ("Monitor of USB", "pulseaudio:alsa_output.usb.monitor"),
            ("Built-in Audio", "pulseaudio:alsa_input.pci"),
        ];
        assert_eq!(find(&devices, "1"), Ok(0));
        assert_eq!(find(&devices, "built"), Ok(2));
        assert_eq!(find(&devices, "MICRO"), Ok(0));
        assert_eq!(find(&devices, "alsa_input.usb"), Ok(0));
        assert_eq!(find(&devices, "usb microphone"), Ok(0));
        assert!(find(&devices, "usb").unwrap_err().contains("several"));
        assert!(find(&devices, "radio").unwrap_err().contains("no device"));
        for number in ["0", "4"] {
            assert!(find(&devices, number).unwrap_err().contains("number"));
        }
    }
}
