#!/usr/bin/env python3
"""Makes the files of this folder and outcomes.tsv, which says what the reader must do with each.

Run it here: ./make.py. The clips of other formats come from ffmpeg and sox and are made again only with --clips, as
encoders of other versions give other bytes. Files named crash-* broke something once; of them
only survival is asked.
"""

import math
import pathlib
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
ROWS = []


def chunk(name, body, size=None, pad=True):
    size = len(body) if size is None else size
    return name + struct.pack("<I", size) + body + (b"\0" if pad and len(body) % 2 else b"")


def riff(*chunks, size=None, form=b"RIFF"):
    body = b"WAVE" + b"".join(chunks)
    return form + struct.pack("<I", len(body) if size is None else size) + body


def fmt(tag=1, channels=1, rate=48000, bits=16, align=None, extra=b""):
    align = channels * bits // 8 if align is None else align
    body = struct.pack("<HHIIHH", tag, channels, rate, min(rate * align, 2**32 - 1), align & 0xFFFF, bits)
    return chunk(b"fmt ", body + extra)


def extensible(tag, channels, bits, valid=None, mask=0):
    tail = bytes.fromhex("000000001000800000aa00389b71")
    extra = struct.pack("<HHIH", 22, bits if valid is None else valid, mask, tag) + tail
    return fmt(0xFFFE, channels, 48000, bits, extra=extra)


def ramp(n):
    return struct.pack(f"<{n}h", *range(1, n + 1))


def add(name, description, outcome, data):
    (HERE / name).write_bytes(data)
    ROWS.append((name, description, outcome))


def data(n=100, size=None):
    return chunk(b"data", ramp(n), size)


def sound():
    """Files that are right, in every variant of the format."""
    add("ok-pcm16.wav", "44-byte header, mono", "100", riff(fmt(), data()))
    add("ok-pcm8.wav", "8 bits, unsigned", "3", riff(fmt(bits=8), chunk(b"data", b"\x00\x80\xff")))
    add("ok-pcm24.wav", "24 bits in the short header", "2", riff(fmt(bits=24), chunk(b"data", b"\1\2\3\4\5\6")))
    add("ok-pcm24-extensible.wav", "24 bits, EXTENSIBLE", "2", riff(extensible(1, 1, 24), chunk(b"data", b"\1\2\3\4\5\6")))
    add("ok-pcm20-in-24.wav", "20 valid bits in 24", "2", riff(extensible(1, 1, 24, 20), chunk(b"data", b"\1\2\3\4\5\6")))
    add("ok-pcm12-in-16.wav", "12 bits, stored in 16", "4", riff(fmt(bits=12, align=2), chunk(b"data", ramp(4))))
    add("ok-pcm24-in-32.wav", "24 bits in 4 bytes each", "2", riff(fmt(bits=24, align=4), chunk(b"data", bytes(8))))
    add("ok-pcm32.wav", "32 bits", "2", riff(fmt(bits=32), chunk(b"data", struct.pack("<2i", -(2**31), 2**31 - 1))))
    add("ok-float32.wav", "32-bit float", "2", riff(fmt(3, bits=32), chunk(b"data", struct.pack("<2f", 0.5, -2.0))))
    add("ok-float64.wav", "64-bit float", "2", riff(fmt(3, bits=64), chunk(b"data", struct.pack("<2d", 0.5, -2.0))))
    add("ok-one-sample.wav", "one sample", "1", riff(fmt(), data(1)))
    add("ok-one-sample-odd.wav", "one sample of one byte, padded", "1", riff(fmt(bits=8), chunk(b"data", b"\x90")))
    add("ok-64-channels.wav", "64 channels", "2", riff(extensible(1, 64, 16), data(128)))
    add("ok-nan.wav", "nothing but NaN", "8", riff(fmt(3, bits=32), chunk(b"data", b"\0\0\xc0\x7f" * 8)))
    add("ok-rate-4000.wav", "the lowest rate", "100", riff(fmt(rate=4000), data()))
    add("ok-rate-384000.wav", "the highest rate", "100", riff(fmt(rate=384000), data()))
    add("ok-odd-chunk.wav", "an odd chunk with padding before the data", "100", riff(fmt(), chunk(b"LIST", b"abc"), data()))
    add("ok-odd-chunk-unpadded.wav", "an odd chunk without padding", "100", riff(fmt(), chunk(b"LIST", b"abc", pad=False), data()))
    add("ok-fmt-behind-data.wav", "fmt behind the data", "100", riff(data(), fmt()))
    add("ok-many-chunks.wav", "every kind of kept chunk", "100", riff(
        chunk(b"JUNK", bytes(28)), chunk(b"bext", bytes(602)), fmt(), chunk(b"fact", ramp(2)), data(),
        chunk(b"iXML", b"<BWFXML/>"), chunk(b"LIST", b"INFOINAM\4\0\0\0tone"), chunk(b"cue ", bytes(4)), chunk(b"smpl", bytes(36)),
        chunk(b"id3 ", b"ID3\4\0\0\0\0\0\0")))
    add("ok-empty-chunks.wav", "a hundred empty chunks", "100", riff(fmt(), chunk(b"xtra", b"") * 100, data()))
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 288, 200, 100, 0))
    add("ok-rf64.wav", "RF64", "100", riff(ds64, fmt(), data(size=2**32 - 1), size=2**32 - 1, form=b"RF64"))
    add("ok-bw64.wav", "BW64", "100", riff(ds64, fmt(), data(size=2**32 - 1), size=2**32 - 1, form=b"BW64"))
    add("ok-pipe-ffmpeg.wav", "sizes as ffmpeg writes them to a pipe", "100", riff(fmt(), data(size=2**32 - 1), size=2**32 - 1))
    add("ok-pipe-sox.wav", "sizes as sox writes them to a pipe", "100", riff(fmt(), data(size=0x7FFFF000), size=0x7FFFF024))
    add("ok-alaw.wav", "A-law", "4", riff(fmt(6, bits=8, extra=b"\0\0"), chunk(b"data", b"\xd5\x55\x2a\xaa")))


def lies():
    """Files that can be used, with a warning."""
    add("lie-truncated.wav", "half of the samples are missing", "50 cut short: 50 of 100", riff(fmt(), data())[:-100])
    add("lie-truncated-odd.wav", "cut inside a sample", "49 1 bytes are no whole frame", riff(fmt(), data())[:-101])
    add("lie-data-too-long.wav", "the data claim 16 MB", "100 cut short: 100 of 8388608", riff(fmt(), data(size=1 << 24)))
    add("lie-never-finished.wav", "sizes 0, as a recorder leaves them that lost power", "100 claims 0 bytes of audio, but the file holds 200", riff(fmt(), data(size=0), size=0))
    add("lie-block-align-0.wav", "0 bytes a frame", "100 claims 0 bytes a frame", riff(fmt(align=0), data()))
    add("lie-block-align-7.wav", "7 bytes a frame of one 16-bit sample", "100 claims 7 bytes a frame", riff(fmt(align=7), data()))
    add("lie-partial-frame.wav", "stereo with an odd number of samples", "49 2 bytes are no whole frame", riff(fmt(channels=2), data(99)))
    add("lie-rf64-too-long.wav", "ds64 claims 2^60 bytes", "100 cut short", riff(
        chunk(b"ds64", struct.pack("<QQQI", 2**60, 2**60, 2**59, 0)), fmt(), data(size=2**32 - 1), size=2**32 - 1, form=b"RF64"))
    add("lie-rf64-no-ds64.wav", "RF64 without ds64", "100", riff(fmt(), data(size=2**32 - 1), size=2**32 - 1, form=b"RF64"))
    add("lie-rf64-table.wav", "ds64 claims 2^32-1 table entries", "100", riff(
        chunk(b"ds64", struct.pack("<QQQI", 288, 200, 100, 2**32 - 1)), fmt(), data(size=2**32 - 1), size=2**32 - 1, form=b"RF64"))
    add("lie-huge-chunk-behind.wav", "a chunk of 4 GB behind the data", "100 was not kept", riff(fmt(), data(), chunk(b"LIST", b"abcd", 2**32 - 2)))
    add("lie-chunk-cut.wav", "the file ends inside a chunk behind the data", "100 file ends inside it", riff(fmt(), data(), chunk(b"LIST", b"abcd", 400)))
    add("lie-garbage-behind.wav", "no chunks behind the data", "100 it is no chunk", riff(fmt(), data()) + b"\x01\x02\x03\x04" * 9)
    add("lie-riff-size.wav", "the outer size is 7", "100", riff(fmt(), data(), size=7))


def bad():
    """Files that are refused."""
    add("bad-empty.wav", "no byte", "error it is empty (0 bytes), expected audio; record or copy it again", b"")
    add("bad-one-byte.wav", "one byte", "error it is no audio of a known format; name a WAV, FLAC, MP3", b"R")
    add("bad-text.wav", "text", "error it is no audio of a known format; name a WAV", b"This is not audio.\n" * 40)
    add("bad-zeros.wav", "zeros", "error it is no audio of a known format; name a WAV", bytes(4000))
    add("bad-riff-only.wav", "12 bytes of header", "error it has a WAV header and nothing else (no fmt, no data chunk); record", riff())
    add("bad-avi.wav", "RIFF, but not WAVE", "error it is no audio of a known format", b"RIFF\x04\0\0\0AVI ")
    add("bad-no-data.wav", "no data chunk", "error it has a header but no audio (no data chunk); record or export it again", riff(fmt()))
    add("bad-no-fmt.wav", "no fmt chunk", "error it has samples but no format (no fmt chunk); record", riff(data()))
    add("bad-zero-samples.wav", "data of 0 bytes", "error it has a header but no audio (0 bytes of samples)", riff(fmt(), data(0)))
    add("bad-zero-samples-tail.wav", "data of 0 bytes, and a chunk behind", "error it has a header but no audio (0 bytes of samples)", riff(fmt(), data(0), chunk(b"LIST", bytes(8))))
    add("bad-half-frame.wav", "less than one frame", "error it has 2 bytes of samples, less than one frame of 4", riff(fmt(channels=2), data(1)))
    add("bad-0-channels.wav", "0 channels", "error it has 0 channels, expected 1 to 64; split it", riff(fmt(channels=0), data()))
    add("bad-65-channels.wav", "65 channels", "error it has 65 channels, expected 1 to 64; split it", riff(fmt(channels=65), data(130)))
    add("bad-65535-channels.wav", "65535 channels", "error it has 65535 channels, expected 1 to 64", riff(fmt(channels=65535, align=2), data()))
    add("bad-0-hz.wav", "0 Hz", "error its sample rate is 0 Hz, expected 4000 Hz to 384000 Hz; resample it, or repair its header", riff(fmt(rate=0), data()))
    add("bad-1-hz.wav", "1 Hz", "error its sample rate is 1 Hz, expected 4000 Hz", riff(fmt(rate=1), data()))
    add("bad-1-mhz.wav", "1 MHz", "error its sample rate is 1000000 Hz, expected 4000 Hz", riff(fmt(rate=1000000), data()))
    add("bad-4-ghz.wav", "the highest number", "error its sample rate is 4294967295 Hz", riff(fmt(rate=2**32 - 1), data()))
    add("bad-0-bits.wav", "0 bits", "error its samples are 0 bits of format 1, expected integers of 8 to 32 bits", riff(fmt(bits=0), data()))
    add("bad-65535-bits.wav", "65535 bits", "error its samples are 65535 bits of format 1", riff(fmt(bits=65535, align=2), data()))
    add("bad-float-16.wav", "float of 16 bits", "error its samples are 16 bits of format 3", riff(fmt(3, bits=16), data()))
    add("bad-fmt-short.wav", "fmt of 4 bytes", "error it has samples but no format (no fmt chunk)", riff(chunk(b"fmt ", b"\1\0\1\0"), data()))
    add("bad-fmt-huge.wav", "fmt claims 4 GB", "error it has a header but no audio (no data chunk)", riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 48000, 96000, 2, 16), 2**32 - 1), data()))
    add("bad-chunk-huge.wav", "a chunk of 4 GB before everything", "error it has a WAV header and nothing else", riff(chunk(b"LIST", b"", 2**32 - 1), fmt(), data()))
    add("bad-codec.wav", "an unknown codec", "error its samples are coded (WAV format 4660) and cannot be decoded: ", riff(fmt(0x1234), data()))
    noise = bytes((i * i * 7919 + i * 104729 >> 3) & 255 for i in range(20000))
    add("bad-noise.mp3", "random bytes", "error it is no audio of a known format", noise)
    add("bad-mp3-deep.bin", "MP3 behind 8 kB of something else", "error it is no audio of a known format", b"text" * 2048 + (HERE / "ok-tone.mp3").read_bytes())
    add("ok-mp3-junk.mp3", "MP3 behind 400 bytes of something else", "4800", b"text" * 100 + (HERE / "ok-tone.mp3").read_bytes())
    ms = bytes((0, 255, 127, 255, 127, 255, 127)) + b"\x88" * 249
    coefficients = struct.pack("<HHH", 32, 500, 7) + struct.pack("<14h", 256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232)
    # A step that grows beyond 32 bits: a panic in debug builds of symphonia, noise in release builds.
    (HERE / "crash-adpcm-overflow.wav").write_bytes(riff(fmt(2, bits=4, align=256, extra=coefficients), chunk(b"data", ms * 4)))
    tone = (HERE / "ok-tone.mp3").read_bytes()
    add("lie-truncated.mp3", "MP3 without its second half", "1199 the file is cut short: 1199 of 4800 frames", tone[:700])
    add("lie-damaged.mp3", "MP3 with zeros in the middle", "4655 1 damaged packets were replaced by silence", tone[:600] + bytes(200) + tone[800:])
    m4a = (HERE / "ok-tone-front.m4a").read_bytes()
    add("bad-truncated.m4a", "AAC without its last bytes: symphonia 0.6.1 gives up on a cut mdat", "error it has a header but no audio that decodes; copy or export it again", m4a[:-30])
    ogg = (HERE / "ok-tone.ogg").read_bytes()
    add("bad-ogg-crc.ogg", "Vorbis with a bit turned in its only page", "error its header is damaged (malformed stream: ogg: crc mismatch); copy or export", ogg[:-40] + bytes([ogg[-40] ^ 1]) + ogg[-39:])
    flac = (HERE / "ok-tone.flac").read_bytes() if (HERE / "ok-tone.flac").exists() else b""
    add("bad-flac-header-only.flac", "FLAC, 42 bytes of header", "error", flac[:42])
    mp3 = (HERE / "ok-tone.mp3").read_bytes() if (HERE / "ok-tone.mp3").exists() else b""
    add("bad-mp3-tag-only.mp3", "an ID3 tag and no frame", "error", b"ID3\x04\0\0\0\0\0\x0a" + bytes(10))
    add("ok-mp3-big-tag.mp3", "an ID3 tag full of sync words before the audio", "4800", b"ID3\x04\0\0\0\0\x10\x0a" + b"\xff\xfb\x90\x64" * 514 + b"\0\0" + mp3)


# 0.1 s (lossless: 0.01 s) of a 1 kHz tone at 48 kHz: 4800 (480) frames once encoder
# delays are gone; the last three formats cannot say how long the sound is, and give whole packets.
CLIPS = [
    ("ok-tone.flac", "-af pan=stereo|c0=c0|c1=c0 -c:a flac -metadata title=Tone -metadata artist=Nobody", "480"),
    ("ok-tone-24.flac", "-c:a flac -sample_fmt s32 -bits_per_raw_sample 24", "480"),
    ("ok-tone.mp3", "-c:a libmp3lame -b:a 64k", "4800"),
    ("ok-tone-no-info.mp3", "-c:a libmp3lame -b:a 64k -write_xing 0 -id3v2_version 0", "6912"),
    ("ok-tone.ogg", "-af pan=stereo|c0=c0|c1=c0 -c:a libvorbis -q:a 0", "4800"),
    ("ok-tone-flac.oga", "-c:a flac -f ogg", "480"),
    ("ok-tone.m4a", "-c:a aac -b:a 48k", "4800"),
    ("ok-tone-front.m4a", "-c:a aac -b:a 48k -movflags +faststart", "4800"),
    ("ok-tone-alac.m4a", "-c:a alac -sample_fmt s16p", "480"),
    ("ok-tone.aac", "-c:a aac -b:a 48k -f adts", "6144"),
    ("ok-tone.aiff", "-c:a pcm_s16be", "480"),
    ("ok-tone-24.aif", "-c:a pcm_s24be -f aiff", "480"),
    ("ok-tone-float.aifc", "-c:a pcm_f32be -f aiff", "480"),
    ("ok-tone.mka", "-c:a flac", "480"),
    ("ok-tone-adpcm.wav", "-c:a adpcm_ms -block_size 256", "5000"),
]


def clips():
    for name, options, outcome in CLIPS:
        if "--clips" in sys.argv or not (HERE / name).exists():
            source = ["-f", "lavfi", "-i", "sine=frequency=1000:sample_rate=48000:duration=" + ("0.01" if outcome == "480" else "0.1")]
            flags = "-map_metadata -1 -fflags +bitexact -flags:a +bitexact".split()
            subprocess.run(["ffmpeg", "-v", "error", "-y", *source, *flags, *options.split(), str(HERE / name)], check=True)
    for name, options, outcome in CLIPS:
        ROWS.append((name, "a tone: ffmpeg " + options, outcome))


def main():
    clips()
    sound()
    lies()
    bad()
    ROWS.sort()
    lines = ["# file\twhat it is\tframes and a part of the warning, or `error` and a part of the text"]
    (HERE / "outcomes.tsv").write_text("\n".join(lines + ["\t".join(row) for row in ROWS]) + "\n")


main()
