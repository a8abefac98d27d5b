//! The pads as they are at first, and the General MIDI drum map.

/// Pads of a kit.
pub const PADS: usize = 16;

/// In a note table: the note plays nothing.
pub const NO_PAD: u8 = u8::MAX;

/// A pad of a new instance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Preset {
    /// As the window shows it.
    pub name: &'static str,
    /// Class of the network.
    pub class: &'static str,
    /// Notes that play it, as General MIDI has them; the first is its own.
    pub notes: &'static [u8],
    /// Pads of a group (1 …) silence each other; 0: none.
    pub group: i32,
    /// Semitones against the sound as it is made.
    pub tune: f32,
    /// −100 left … 100 right, as the drummer sees them.
    pub pan: f32,
}

const fn preset(
    name: &'static str,
    class: &'static str,
    notes: &'static [u8],
    group: i32,
    tune: f32,
    pan: f32,
) -> Preset {
    Preset {
        name,
        class,
        notes,
        group,
        tune,
        pan,
    }
}

/// The kit. Where the network has no class of a General MIDI sound, the nearest one stands in.
pub const KIT: [Preset; PADS] = [
    preset("Kick", "kick", &[36, 35], 0, 0.0, 0.0),
    preset("Snare", "snare", &[38, 40], 0, 0.0, 0.0),
    preset("Closed hat", "hihat-closed", &[42, 44], 1, 0.0, -20.0),
    preset("Open hat", "hihat-open", &[46], 1, 0.0, -20.0),
    preset("Low tom", "tom", &[41, 43], 0, -5.0, 30.0),
    preset("Mid tom", "tom", &[45, 47], 0, 0.0, 10.0),
    preset("High tom", "tom", &[48, 50], 0, 4.0, -15.0),
    preset("Side stick", "tabla", &[37], 0, 7.0, 0.0),
    preset("Ride", "ride", &[51, 53, 59], 0, 0.0, 30.0),
    preset("Crash", "crash", &[49, 57, 55], 0, 0.0, -35.0),
    preset("China", "china", &[52], 0, 0.0, 40.0),
    preset("Hand clap", "body", &[39], 0, 0.0, 0.0),
    preset("Cajon", "cajon", &[60, 61], 0, 0.0, -10.0),
    preset("Frame drum", "frame-drum", &[62, 63, 64], 0, 0.0, 10.0),
    preset("Tabla", "tabla", &[65, 66], 0, 0.0, 20.0),
    preset("Percussion", "body", &[54, 56, 75, 76, 77], 0, 5.0, -25.0),
];

/// The pad of every note, [`NO_PAD`] where there is none.
#[must_use]
pub fn general_midi() -> [u8; 128] {
    let mut table = [NO_PAD; 128];
    for (pad, preset) in KIT.iter().enumerate() {
        for note in preset.notes {
            table[usize::from(*note)] = pad as u8;
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_is_that_of_general_midi_where_both_have_the_sound() {
        let table = general_midi();
        let name = |note: u8| KIT[usize::from(table[usize::from(note)])].name;
        assert_eq!(name(36), "Kick");
        assert_eq!(name(38), "Snare");
        assert_eq!(name(42), "Closed hat");
        assert_eq!(name(46), "Open hat");
        assert_eq!(name(49), "Crash");
        assert_eq!(name(51), "Ride");
        assert_eq!(table[0], NO_PAD);
        // No note plays two pads, and no pad is without one.
        let notes: usize = KIT.iter().map(|preset| preset.notes.len()).sum();
        assert_eq!(notes, table.iter().filter(|pad| **pad != NO_PAD).count());
        assert!(KIT.iter().all(|preset| !preset.notes.is_empty()));
    }

    #[test]
    fn hats_silence_each_other_and_nothing_else() {
        let group = |name: &str| KIT.iter().find(|p| p.name == name).unwrap().group;
        assert_eq!(group("Closed hat"), group("Open hat"));
        assert_eq!(KIT.iter().filter(|preset| preset.group != 0).count(), 2);
    }
}
