//! The protobuf wire format: a message is a list of numbered fields.
//!
//! Bounds are checked at every step, nothing is copied and nothing is allocated, so hostile bytes cost no more
//! than their length.

/// The value of one field.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// Types 0, 1 and 5 as their bits.
    Number(u64),
    /// Type 2: bytes, a text or a message.
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The bytes of a length-delimited field.
    pub fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Number(_) => None,
        }
    }

    /// The text of a length-delimited field.
    pub fn text(self) -> Option<&'a str> {
        self.bytes()
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// The bits of a numeric field.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Bytes(_) => None,
        }
    }
}

/// Where and why bytes stop being protobuf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// A field ends after the last byte.
    Truncated,
    /// No field can look like this.
    Malformed,
}

/// Number and value of a field, and the bytes that it was read from.
pub type Raw<'a> = (u64, Value<'a>, &'a [u8]);

/// Iterates over the fields of a message; stops after the first error.
#[derive(Debug, Clone)]
pub struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    /// The fields of `message`.
    pub fn of(message: &'a [u8]) -> Self {
        Self(message)
    }

    /// The next field and the bytes that it was read from.
    pub fn next_raw(&mut self) -> Option<Result<Raw<'a>, Broken>> {
        let before = self.0;
        let field = self.next()?;
        let read = before.len() - self.0.len();
        Some(field.map(|(number, value)| (number, value, &before[..read])))
    }

    fn take(&mut self, n: u64) -> Result<&'a [u8], Broken> {
        let n = usize::try_from(n).map_err(|_| Broken::Truncated)?;
        let (head, tail) = self.0.split_at_checked(n).ok_or(Broken::Truncated)?;
        self.0 = tail;
        Ok(head)
    }

    fn little_endian(&mut self, n: u64) -> Result<u64, Broken> {
        Ok(self
            .take(n)?
            .iter()
            .rev()
            .fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }

    fn field(&mut self) -> Result<(u64, Value<'a>), Broken> {
        let key = varint(&mut self.0)?;
        let value = match key & 7 {
            0 => Value::Number(varint(&mut self.0)?),
            1 => Value::Number(self.little_endian(8)?),
            2 => {
                let length = varint(&mut self.0)?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Number(self.little_endian(4)?),
            _ => return Err(Broken::Malformed),
        };
        if key >> 3 == 0 {
            Err(Broken::Malformed)
        } else {
            Ok((key >> 3, value))
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

/// One base-128 number, taken off the front.
pub fn varint(bytes: &mut &[u8]) -> Result<u64, Broken> {
    let mut number = 0;
    for shift in (0..70).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(Broken::Truncated)?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Broken::Malformed)
}

/// Whole numbers that are packed into one field.
pub fn packed(mut bytes: &[u8]) -> Result<Vec<u64>, Broken> {
    let mut numbers = Vec::new();
    while !bytes.is_empty() {
        numbers.push(varint(&mut bytes)?);
    }
    Ok(numbers)
}

/// A message that is being written.
#[derive(Debug, Default)]
pub struct Message(Vec<u8>);

impl Message {
    /// Appends a field that was read, as it was.
    pub fn raw(&mut self, field: &[u8]) {
        self.0.extend_from_slice(field);
    }

    /// Appends a whole number.
    pub fn number(&mut self, field: u64, number: u64) {
        self.varint(field << 3);
        self.varint(number);
    }

    /// Appends bytes, a text or a message.
    pub fn bytes(&mut self, field: u64, bytes: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.raw(bytes);
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn varint(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }
}
