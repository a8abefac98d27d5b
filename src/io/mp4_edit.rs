//! Which part of an MPEG-4 track is meant to be heard: encoders put a delay before the sound and fill the last packet, and
//! say so in an edit list, which symphonia does not read.

use std::io::{self, Read};

use super::source::Input;

/// Boxes looked at in one file; more is no file that anyone made.
const MAX_BOXES: u32 = 10_000;

/// The part to be heard, in units of the track's time scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edit {
    /// Units before it.
    pub start: u64,
    /// Its length, rounded up; the last packet may end earlier.
    pub length: u64,
    /// Units per second; equal to the sample rate in sound tracks.
    pub scale: u32,
}

/// Reads the edit of the first sound track. `None` where there is no list, or one
/// that does more than to cut at both ends.
pub(super) fn find(input: &mut Input) -> io::Result<Option<Edit>> {
    let mut walk = Walk {
        left: MAX_BOXES,
        ..Walk::default()
    };
    let end = input.len().unwrap_or(0);
    walk.boxes(input, 0, end, 0)?;
    Ok(walk.edit())
}

#[derive(Default)]
struct Walk {
    left: u32,
    /// Units per second of the whole presentation.
    movie_scale: u32,
    track: Track,
    sound: Option<Track>,
}

/// What is known of the current track.
#[derive(Default, Clone, Copy)]
struct Track {
    scale: u32,
    is_sound: bool,
    /// Length (in the movie's scale) and start of the only edit.
    edit: Option<(u64, u64)>,
}

impl Walk {
    fn boxes(&mut self, input: &mut Input, mut at: u64, end: u64, depth: u32) -> io::Result<()> {
        while at + 8 <= end && self.left > 0 && self.sound.is_none() {
            self.left -= 1;
            input.seek(at)?;
            let mut head = [0; 16];
            input.read_exact(&mut head[..8])?;
            let (body, size) = match be32(&head, 0) {
                0 => (at + 8, end - at),
                1 if at + 16 <= end => {
                    input.read_exact(&mut head[8..])?;
                    (at + 16, be64(&head, 8))
                }
                size => (at + 8, size.into()),
            };
            let next = at.saturating_add(size);
            if next < body || next > end {
                return Ok(());
            }
            self.one(
                input,
                [head[4], head[5], head[6], head[7]],
                body,
                next,
                depth,
            )?;
            at = next;
        }
        Ok(())
    }

    fn one(
        &mut self,
        input: &mut Input,
        id: [u8; 4],
        at: u64,
        end: u64,
        depth: u32,
    ) -> io::Result<()> {
        if depth < 4 && matches!(&id, b"moov" | b"mdia" | b"edts") {
            return self.boxes(input, at, end, depth + 1);
        }
        if depth < 4 && &id == b"trak" {
            self.track = Track::default();
            self.boxes(input, at, end, depth + 1)?;
            if self.track.is_sound {
                self.sound = Some(self.track);
            }
            return Ok(());
        }
        if matches!(&id, b"mvhd" | b"mdhd" | b"hdlr" | b"elst") {
            let body = input.read_up_to((end - at).min(256) as usize)?;
            // Version 1 has 64-bit times.
            let scale = be32(&body, if body.first() == Some(&1) { 20 } else { 12 });
            match &id {
                b"mvhd" => self.movie_scale = scale,
                b"mdhd" => self.track.scale = scale,
                b"hdlr" => self.track.is_sound = body.get(8..12) == Some(b"soun"),
                _ => self.track.edit = only_edit(&body),
            }
        }
        Ok(())
    }

    fn edit(&self) -> Option<Edit> {
        let track = self.sound?;
        let (length, start) = track.edit?;
        let length = u128::from(length) * u128::from(track.scale);
        let length = length.checked_next_multiple_of(self.movie_scale.into())?
            / u128::from(self.movie_scale);
        let length = u64::try_from(length).ok()?;
        (length > 0).then_some(Edit {
            start,
            length,
            scale: track.scale,
        })
    }
}

/// Length and start of the only edit that is heard, at normal speed.
fn only_edit(body: &[u8]) -> Option<(u64, u64)> {
    let wide = body.first()? == &1;
    let size = if wide { 20 } else { 12 };
    let count = be32(body, 4) as usize;
    let entries = body
        .get(8..8 + count.checked_mul(size)?)?
        .chunks_exact(size);
    let mut heard = entries.filter_map(|entry| match wide {
        true => Some((be64(entry, 0), be64(entry, 8))).filter(|(_, start)| start >> 63 == 0),
        false => Some((u64::from(be32(entry, 0)), u64::from(be32(entry, 4))))
            .filter(|(_, start)| start >> 31 == 0),
    });
    heard.next().filter(|_| heard.next().is_none())
}

fn be32(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u32::from_be_bytes)
}

fn be64(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..at + 8)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u64::from_be_bytes)
}
