//! Edits ONNX files for the fault tests: a protobuf reader and writer that share no code with the program.

use diffwav::model::registry;

/// A message as its fields: number, and the encoded value with its wire type.
pub type Fields = Vec<(u64, u64, Vec<u8>)>;

/// The model that ships.
pub fn real() -> Vec<u8> {
    registry::by_name("denoise-v1").unwrap().bytes.to_vec()
}

fn number(bytes: &[u8], at: &mut usize) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        value |= u64::from(byte & 127) << shift;
        shift += 7;
        if byte < 128 {
            return value;
        }
    }
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 128 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn fields(bytes: &[u8]) -> Fields {
    let (mut all, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let key = number(bytes, &mut at);
        let start = at;
        let value = match key & 7 {
            0 => {
                number(bytes, &mut at);
                bytes[start..at].to_vec()
            }
            2 => {
                let length = number(bytes, &mut at) as usize;
                at += length;
                bytes[at - length..at].to_vec()
            }
            1 => {
                at += 8;
                bytes[start..at].to_vec()
            }
            _ => {
                at += 4;
                bytes[start..at].to_vec()
            }
        };
        all.push((key >> 3, key & 7, value));
    }
    all
}

pub fn bytes(fields: &Fields) -> Vec<u8> {
    let mut out = Vec::new();
    for (field, wire, value) in fields {
        put(&mut out, field << 3 | wire);
        if *wire == 2 {
            put(&mut out, value.len() as u64);
        }
        out.extend_from_slice(value);
    }
    out
}

/// Changes every sub-message `path[0]`/`path[1]`/… of a message.
pub fn edit(message: &[u8], path: &[u64], change: &mut dyn FnMut(&mut Vec<u8>)) -> Vec<u8> {
    let mut all = fields(message);
    for (field, wire, value) in &mut all {
        if *wire == 2 && *field == path[0] {
            match path.len() {
                1 => change(value),
                _ => *value = edit(value, &path[1..], change),
            }
        }
    }
    bytes(&all)
}

fn entry(key: &str, value: &str) -> Vec<u8> {
    bytes(&vec![(1, 2, key.into()), (2, 2, value.into())])
}

/// The text of the card in the real model.
pub fn card() -> String {
    let all = fields(&real());
    let (_, _, entry) = all.iter().find(|f| f.0 == 14).unwrap();
    String::from_utf8(fields(entry)[1].2.clone()).unwrap()
}

/// The real model with this card, or with none.
pub fn with_card(card: Option<&str>) -> Vec<u8> {
    let mut all = fields(&real());
    all.retain(|f| f.0 != 14);
    if let Some(card) = card {
        all.push((14, 2, entry("diffwav", card)));
    }
    bytes(&all)
}

/// The real model with one member of its card replaced; `null` in the path is not supported.
pub fn with_member(pointer: &str, value: serde_json::Value) -> Vec<u8> {
    let mut card: serde_json::Value = serde_json::from_str(&card()).unwrap();
    *card.pointer_mut(pointer).unwrap() = value;
    with_card(Some(&card.to_string()))
}

/// The real model with the port (11 input, 12 output) `name` changed, or removed if `change` empties it.
pub fn with_port(kind: u64, name: &str, mut change: impl FnMut(&mut Vec<u8>)) -> Vec<u8> {
    edit(&real(), &[7], &mut |graph| {
        let mut all = fields(graph);
        for (field, _, port) in &mut all {
            if *field == kind && fields(port)[0].2 == name.as_bytes() {
                change(port);
            }
        }
        all.retain(|(field, _, port)| *field != kind || !port.is_empty());
        *graph = bytes(&all);
    })
}
