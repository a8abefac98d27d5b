//! Headers and metadata, byte by byte.

use std::fs;

use diffwav::io::{Chunk, Container, Metadata, SampleFormat};

use crate::bench::{
    Heard, feed, fmt, hear, hear_pipe, noise, plain, ramp, riff, save, scratch, target,
};
use crate::corpus::folder;

/// Chunks of a file, in order: name, body. RF64 sizes come from ds64.
fn chunks(file: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    let (mut at, mut found, mut wide) = (12, Vec::new(), 0);
    while at < file.len() {
        let id: [u8; 4] = file[at..at + 4].try_into().unwrap();
        let mut size = u32::from_le_bytes(file[at + 4..at + 8].try_into().unwrap()) as usize;
        if &id == b"ds64" {
            wide = u64::from_le_bytes(file[at + 16..at + 24].try_into().unwrap()) as usize;
        }
        if &id == b"data" && size == u32::MAX as usize {
            size = wide;
        }
        found.push((id, file[at + 8..at + 8 + size].to_vec()));
        at += 8 + size + size % 2;
    }
    assert_eq!(at, file.len(), "the chunks fill the file");
    found
}

fn names(file: &[u8]) -> Vec<String> {
    chunks(file)
        .iter()
        .map(|(id, _)| String::from_utf8_lossy(id).into_owned())
        .collect()
}

#[test]
fn a_short_16_bit_file_has_the_44_byte_header_that_everything_reads() {
    let (_dir, path) = scratch("a.wav");
    let mut spec = plain(2, SampleFormat::Int16);
    spec.frames = Some(4);
    save(
        &path,
        &spec,
        Metadata::default(),
        &[vec![0.0; 4], vec![0.0; 4]],
    )
    .unwrap();
    assert_eq!(
        fs::read(&path).unwrap(),
        riff(&[(b"fmt ", &fmt(1, 2, 48_000, 16)), (b"data", &[0; 16])])
    );
}

#[test]
fn the_long_header_is_used_where_the_standard_wants_it() {
    for (channels, sample, mask, expected) in [
        (2, SampleFormat::Int16, None, None),
        (2, SampleFormat::Float32, None, None),
        (1, SampleFormat::Int24, None, Some(0x4)),
        (2, SampleFormat::Int24, None, Some(0x3)),
        (6, SampleFormat::Int16, None, Some(0)),
        (6, SampleFormat::Int16, Some(0x3F), Some(0x3F)),
        (2, SampleFormat::Int16, Some(0x600), Some(0x600)),
        (4, SampleFormat::Float64, Some(0x33), Some(0x33)),
    ] {
        let (_dir, path) = scratch("a.wav");
        let mut spec = plain(channels, sample);
        spec.channel_mask = mask;
        save(&path, &spec, Metadata::default(), &noise(channels, 10, 8)).unwrap();
        assert_eq!(
            hear(&path).unwrap().spec.channel_mask,
            expected,
            "{channels} × {sample}"
        );
    }
}

#[test]
fn metadata_come_back_byte_by_byte_and_in_order() {
    let source = folder().join("ok-many-chunks.wav");
    let Heard {
        metadata,
        planar,
        spec,
        ..
    } = hear(&source).unwrap();
    let (_dir, path) = scratch("a.wav");
    let output = diffwav::io::OutputSpec {
        dither: diffwav::io::Dither::Off,
        ..diffwav::io::OutputSpec::like(&spec)
    };
    save(&path, &output, metadata, &planar).unwrap();
    let described = |file: &[u8]| {
        let mut kept = chunks(file);
        kept.retain(|(id, _)| !matches!(id, b"JUNK" | b"fact"));
        kept
    };
    let (before, after) = (fs::read(&source).unwrap(), fs::read(&path).unwrap());
    assert_eq!(
        names(&after),
        [
            "fmt ", "bext", "data", "iXML", "LIST", "cue ", "smpl", "id3 "
        ]
    );
    let sorted = |mut list: Vec<([u8; 4], Vec<u8>)>| {
        list.sort();
        list
    };
    assert_eq!(sorted(described(&after)), sorted(described(&before)));
}

#[test]
fn metadata_are_bounded() {
    let big = vec![b'x'; 15 << 20];
    let file = riff(&[
        (b"fmt ", &fmt(1, 1, 48_000, 16)),
        (b"big1", &big),
        (b"data", &ramp(4)),
        (b"big2", &big),
        (b"bext", b"kept"),
    ]);
    let (_dir, path) = scratch("a.wav");
    fs::write(&path, file).unwrap();
    let heard = hear(&path).unwrap();
    let kept: Vec<_> = heard.metadata.chunks.iter().map(|chunk| chunk.id).collect();
    assert_eq!(kept, [*b"big1", *b"bext"]);
    let text = heard.warnings[0].to_string();
    assert_eq!(
        text,
        "chunk \"big2\" was not kept: metadata is limited to 16 MiB and 4096 chunks"
    );
}

#[test]
fn a_file_that_outgrows_the_limit_becomes_rf64_and_reads_back() {
    let tag = Chunk {
        id: *b"bext",
        body: vec![7; 603],
        before_data: true,
    };
    let tail = Chunk {
        id: *b"iXML",
        body: vec![9; 11],
        before_data: false,
    };
    for (sample, channels) in [
        (SampleFormat::Int16, 2),
        (SampleFormat::Int24, 3),
        (SampleFormat::Float64, 1),
    ] {
        let planar = noise(channels, 3001, 16);
        let (_dir, path) = scratch("a.wav");
        let mut spec = plain(channels, sample);
        spec.riff_limit = 4000;
        let metadata = Metadata {
            chunks: vec![tag.clone(), tail.clone()],
            ..Metadata::default()
        };
        let written = save(&path, &spec, metadata.clone(), &planar).unwrap();
        assert_eq!(written.container, Container::Rf64);
        let file = fs::read(&path).unwrap();
        assert_eq!(&file[..8], b"RF64\xFF\xFF\xFF\xFF");
        assert_eq!(&file[12..16], b"ds64", "the first chunk");
        let u64_at = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().unwrap());
        let data = 3001 * channels as u64 * u64::from(sample.bits() / 8);
        assert_eq!(
            (u64_at(20), u64_at(28), u64_at(36)),
            (file.len() as u64 - 8, data, 3001)
        );
        assert!(names(&file).ends_with(&["data".into(), "iXML".into()]));
        let heard = hear(&path).unwrap();
        assert_eq!(heard.planar, planar);
        assert_eq!(
            (heard.spec.container, heard.warnings),
            (Container::Rf64, vec![])
        );
        assert_eq!(heard.metadata, metadata);
        assert_eq!(hear_pipe(&file).unwrap().planar, planar);
    }
}

#[test]
fn below_the_limit_the_reserved_room_stays_junk() {
    let (_dir, path) = scratch("a.wav");
    let mut spec = plain(1, SampleFormat::Int16);
    spec.riff_limit = 80 + 36 + 100;
    // RIFF size: "WAVE" 4 + JUNK 36 + fmt 24 + data 8 + 2 bytes a frame.
    for (frames, container) in [(72, Container::Wav), (73, Container::Rf64)] {
        let _ = fs::remove_file(&path);
        let written = save(&path, &spec, Metadata::default(), &noise(1, frames, 16)).unwrap();
        assert_eq!(written.container, container, "{frames} frames");
        let file = fs::read(&path).unwrap();
        assert_eq!(
            &file[12..16],
            if container == Container::Wav {
                b"JUNK"
            } else {
                b"ds64"
            }
        );
        assert_eq!(hear(&path).unwrap().frames(), frames);
    }
}

#[test]
fn a_stream_beyond_the_limit_says_so_in_its_header() {
    let bytes = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    struct Sink(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);
    impl std::io::Write for Sink {
        fn write(&mut self, new: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(new);
            Ok(new.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let planar = noise(1, 3000, 16);
    let mut spec = plain(1, SampleFormat::Int16);
    (spec.riff_limit, spec.frames) = (4000, Some(3000));
    let mut writer =
        diffwav::io::Writer::to_stream(Sink(bytes.clone()), &spec, Metadata::default()).unwrap();
    feed(&mut writer, &planar).unwrap();
    let text = writer.write(&[&[0.0]]).unwrap_err().to_string();
    assert!(
        text.contains("more than the 3000 frames that its header promises"),
        "{text}"
    );
    drop(writer);
    let mut file = bytes.lock().unwrap().clone();
    file.truncate(file.len() - file.len() % 2);
    assert_eq!(&file[..4], b"RF64");
    let heard = hear_pipe(&file).unwrap();
    assert_eq!(
        (heard.spec.container, heard.spec.frames),
        (Container::Rf64, Some(3000))
    );
}

#[test]
fn tags_of_flac_stay_in_flac_and_chunks_are_reported() {
    let Heard {
        mut metadata,
        planar,
        spec,
        ..
    } = hear(&folder().join("ok-tone.flac")).unwrap();
    let has = |metadata: &Metadata, name: &str, value: &str| {
        metadata
            .tags
            .iter()
            .any(|(n, v)| n.eq_ignore_ascii_case(name) && v == value)
    };
    assert!(
        has(&metadata, "TITLE", "Tone") && has(&metadata, "ARTIST", "Nobody"),
        "{:?}",
        metadata.tags
    );
    metadata.tags.push(("BAD=NAME\n".into(), "x".into()));
    metadata.chunks.push(Chunk {
        id: *b"bext",
        body: vec![1],
        before_data: true,
    });
    let (_dir, path) = scratch("a.flac");
    let output = diffwav::io::OutputSpec::like(&spec);
    let mut writer = diffwav::io::Writer::create(&target(&path), &output, metadata).unwrap();
    let texts: Vec<_> = writer.warnings().iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        ["bext was not kept: FLAC has no place for chunks of WAV"]
    );
    feed(&mut writer, &planar).unwrap();
    writer.finish().unwrap();
    let metadata = hear(&path).unwrap().metadata;
    assert!(
        has(&metadata, "TITLE", "Tone") && has(&metadata, "ARTIST", "Nobody"),
        "{:?}",
        metadata.tags
    );
    assert_eq!(metadata.tags.len(), 2);
}

#[test]
fn text_tags_cross_between_flac_and_wav() {
    let Heard {
        metadata,
        planar,
        spec,
        ..
    } = hear(&folder().join("ok-tone.flac")).unwrap();
    let (dir, wav) = scratch("a.wav");
    let mut output = diffwav::io::OutputSpec::like(&spec);
    output.container = Container::Wav;
    save(&wav, &output, metadata, &planar).unwrap();
    let metadata = hear(&wav).unwrap().metadata;
    assert_eq!(metadata.chunks.len(), 1);
    assert_eq!(metadata.chunks[0].id, *b"LIST");
    let text = b"INAM\x05\0\0\0Tone\0\0";
    assert!(
        metadata.chunks[0]
            .body
            .windows(text.len())
            .any(|part| part == text),
        "{metadata:?}"
    );
    let flac = dir.path().join("a.flac");
    output.container = Container::Flac;
    let mut writer = diffwav::io::Writer::create(&target(&flac), &output, metadata).unwrap();
    assert_eq!(writer.warnings(), []);
    feed(&mut writer, &planar).unwrap();
    writer.finish().unwrap();
    let tags = hear(&flac).unwrap().metadata.tags;
    for tag in [("TITLE", "Tone"), ("ARTIST", "Nobody")] {
        assert!(tags.contains(&(tag.0.into(), tag.1.into())), "{tags:?}");
    }
}

/// Five gigabytes of silence as a sparse file: sizes beyond 32 bits, and a chunk behind them.
#[test]
fn samples_beyond_4_gb_and_the_chunks_behind_them_are_found() {
    use std::io::{Seek, SeekFrom, Write};
    let data = 5u64 << 30;
    let mut ds64 = Vec::new();
    ds64.extend(
        [data + 200, data, data / 2]
            .iter()
            .flat_map(|size| size.to_le_bytes()),
    );
    ds64.extend([0; 4]);
    let mut header = riff(&[
        (b"ds64", &ds64),
        (b"fmt ", &fmt(1, 1, 48_000, 16)),
        (b"data", &[]),
    ]);
    header[..8].copy_from_slice(b"RF64\xFF\xFF\xFF\xFF");
    let size_at = header.len() - 4;
    header[size_at..].fill(0xFF);
    let (_dir, path) = scratch("a.wav");
    let mut file = fs::File::create(&path).unwrap();
    file.write_all(&header).unwrap();
    file.seek(SeekFrom::Current(data as i64)).unwrap();
    file.write_all(b"iXML\x04\0\0\0<a/>").unwrap();
    let mut reader = diffwav::io::Reader::open(&diffwav::io::Source::File(path)).unwrap();
    assert_eq!(reader.spec().frames, Some(data / 2));
    assert_eq!(
        reader.metadata().chunks,
        [Chunk {
            id: *b"iXML",
            body: b"<a/>".to_vec(),
            before_data: false
        }]
    );
    let mut planar = Vec::new();
    assert_eq!(reader.read(&mut planar, 100_000).unwrap(), 100_000);
    assert!(planar[0].iter().all(|x| *x == 0.0) && reader.warnings().is_empty());
}

#[test]
fn readers_and_writers_can_move_to_another_thread() {
    fn movable<T: Send>() {}
    movable::<diffwav::io::Reader>();
    movable::<diffwav::io::Writer>();
}
