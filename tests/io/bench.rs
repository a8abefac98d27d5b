//! The workbench: signals, whole-file reads and writes, and WAV bytes built by hand.

use std::path::{Path, PathBuf};

use diffwav::io::{
    Dither, Metadata, OutputSpec, Reader, SampleFormat, Source, Spec, Target, Warning, Writer,
    Written,
};
use diffwav::units::Hz;

/// Everything a file gave.
#[derive(Debug)]
pub struct Heard {
    pub spec: Spec,
    pub planar: Vec<Vec<f32>>,
    pub warnings: Vec<Warning>,
    pub metadata: Metadata,
}

impl Heard {
    pub fn frames(&self) -> usize {
        self.planar[0].len()
    }
}

/// Reads to the end in blocks of `block` frames.
pub fn drain(mut reader: Reader, block: usize) -> diffwav::Result<Heard> {
    let mut planar = vec![Vec::new(); reader.spec().channels.into()];
    let mut chunk = Vec::new();
    loop {
        let n = reader.read(&mut chunk, block)?;
        assert!(
            chunk.iter().all(|channel| channel.len() == n),
            "every channel holds what read returned"
        );
        assert!(n <= block);
        for (all, new) in planar.iter_mut().zip(&chunk) {
            all.extend_from_slice(new);
        }
        if n == 0 {
            break;
        }
    }
    assert_eq!(reader.read(&mut chunk, block)?, 0, "the end stays the end");
    let (spec, warnings, metadata) = (
        reader.spec().clone(),
        reader.warnings().to_vec(),
        reader.metadata().clone(),
    );
    Ok(Heard {
        spec,
        planar,
        warnings,
        metadata,
    })
}

pub fn hear(path: &Path) -> diffwav::Result<Heard> {
    drain(Reader::open(&Source::File(path.to_owned()))?, 1000)
}

pub fn hear_pipe(bytes: &[u8]) -> diffwav::Result<Heard> {
    drain(
        Reader::from_stream("standard input", std::io::Cursor::new(bytes.to_vec()))?,
        777,
    )
}

/// WAV without dither at 48 kHz.
pub fn plain(channels: usize, sample: SampleFormat) -> OutputSpec {
    OutputSpec {
        rate: Hz(48_000),
        channels: channels as u16,
        container: diffwav::io::Container::Wav,
        sample,
        channel_mask: None,
        frames: None,
        dither: Dither::Off,
        riff_limit: u32::MAX.into(),
    }
}

pub fn target(path: &Path) -> Target {
    Target::File {
        path: path.to_owned(),
        overwrite: false,
    }
}

/// Writes in blocks whose sizes vary.
pub fn save(
    path: &Path,
    spec: &OutputSpec,
    metadata: Metadata,
    planar: &[Vec<f32>],
) -> diffwav::Result<Written> {
    let mut writer = Writer::create(&target(path), spec, metadata)?;
    feed(&mut writer, planar)?;
    writer.finish()
}

pub fn feed(writer: &mut Writer, planar: &[Vec<f32>]) -> diffwav::Result<()> {
    let (mut at, mut block) = (0, 1);
    while at < planar[0].len() {
        let end = (at + block).min(planar[0].len());
        writer.write(
            &planar
                .iter()
                .map(|channel| &channel[at..end])
                .collect::<Vec<_>>(),
        )?;
        (at, block) = (end, block * 3 % 997 + 1);
    }
    Ok(())
}

/// A different pseudo-random sequence for each channel, on the grid of `bits`-bit integers, extremes included.
pub fn noise(channels: usize, frames: usize, bits: u32) -> Vec<Vec<f32>> {
    let steps = (1u64 << (bits - 1)) as f32;
    let mut state = 0x1234_5678_9ABC_DEF1u64;
    let mut channel = |c: usize| {
        let mut samples: Vec<f32> = (0..frames)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let value = (state >> 16) as i64 % (1 << bits) - (1 << (bits - 1));
                value as f32 / steps
            })
            .collect();
        samples[0] = if c.is_multiple_of(2) {
            -1.0
        } else {
            1.0 - 1.0 / steps
        };
        samples
    };
    (0..channels).map(&mut channel).collect()
}

/// A RIFF file from chunks; sizes are right, odd chunks padded.
pub fn riff(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut body = b"WAVE".to_vec();
    for (id, bytes) in chunks {
        body.extend(*id);
        body.extend((bytes.len() as u32).to_le_bytes());
        body.extend(*bytes);
        body.extend(vec![0; bytes.len() % 2]);
    }
    let mut file = b"RIFF".to_vec();
    file.extend((body.len() as u32).to_le_bytes());
    file.extend(body);
    file
}

/// A plain 16-byte format chunk.
pub fn fmt(tag: u16, channels: u16, rate: u32, bits: u16) -> Vec<u8> {
    let align = (bits / 8).wrapping_mul(channels);
    let mut body = Vec::new();
    body.extend(tag.to_le_bytes());
    body.extend(channels.to_le_bytes());
    body.extend(rate.to_le_bytes());
    body.extend(rate.wrapping_mul(align.into()).to_le_bytes());
    body.extend(align.to_le_bytes());
    body.extend(bits.to_le_bytes());
    body
}

/// Little-endian 16-bit samples 1, 2, 3 …
pub fn ramp(samples: u16) -> Vec<u8> {
    (1..=samples).flat_map(u16::to_le_bytes).collect()
}

/// A folder that vanishes, and a file in it.
pub fn scratch(name: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    (dir, path)
}
