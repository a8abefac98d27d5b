//! Text tags between formats: Vorbis comments and the `LIST`/`INFO` chunk of WAV.

use super::metadata::Chunk;

/// Names of the same thing in both.
const NAMES: [([u8; 4], &str); 9] = [
    (*b"INAM", "TITLE"),
    (*b"IART", "ARTIST"),
    (*b"IPRD", "ALBUM"),
    (*b"ICRD", "DATE"),
    (*b"IGNR", "GENRE"),
    (*b"ICMT", "COMMENT"),
    (*b"ICOP", "COPYRIGHT"),
    (*b"ITRK", "TRACKNUMBER"),
    (*b"ISFT", "ENCODER"),
];

/// The tags that WAV knows, as a chunk; `None` if there are none.
pub(super) fn to_chunk(tags: &[(String, String)]) -> Option<Chunk> {
    let mut body = b"INFO".to_vec();
    for (name, value) in tags {
        if let Some((id, _)) = NAMES
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
        {
            body.extend(id);
            body.extend((value.len() as u32 + 1).to_le_bytes());
            body.extend(value.as_bytes());
            // Text ends with a zero, and fields start at even positions.
            body.resize((body.len() + 1).next_multiple_of(2), 0);
        }
    }
    (body.len() > 4).then_some(Chunk {
        id: *b"LIST",
        body,
        before_data: false,
    })
}

/// Whether a chunk is such a list.
pub(super) fn is_info(chunk: &Chunk) -> bool {
    &chunk.id == b"LIST" && chunk.body.starts_with(b"INFO")
}

/// The tags of such a list that have a name elsewhere.
pub(super) fn to_tags(chunk: &Chunk) -> Vec<(String, String)> {
    let mut tags = Vec::new();
    let mut rest = chunk.body.get(4..).unwrap_or_default();
    while let Some((header, body)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, size @ ..] = *header;
        let size = (u32::from_le_bytes(size) as usize).min(body.len());
        if let Some((_, name)) = NAMES.iter().find(|(id, _)| *id == [a, b, c, d]) {
            let text = String::from_utf8_lossy(&body[..size]);
            tags.push(((*name).to_owned(), text.trim_end_matches('\0').to_owned()));
        }
        rest = body.get(size.next_multiple_of(2)..).unwrap_or_default();
    }
    tags
}
