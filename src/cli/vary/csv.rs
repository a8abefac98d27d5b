//! Comma-separated values as RFC 4180 has them: quotes where a field needs them, doubled inside.

/// One record, with its line end.
pub fn write(fields: &[String], to: &mut String) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            to.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            to.push('"');
            to.push_str(&field.replace('"', "\"\""));
            to.push('"');
        } else {
            to.push_str(field);
        }
    }
    to.push('\n');
}

/// All records; empty lines are left out. `None` where a quote is not closed.
pub fn read(text: &str) -> Option<Vec<Vec<String>>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted && letters.peek() == Some(&'\n') => {}
            '\n' if !quoted => {
                if !record.is_empty() || !field.is_empty() {
                    record.push(std::mem::take(&mut field));
                    records.push(std::mem::take(&mut record));
                }
            }
            other => field.push(other),
        }
    }
    if !record.is_empty() || !field.is_empty() {
        record.push(field);
        records.push(record);
    }
    (!quoted).then_some(records)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let rows = [
            ["plain", "", "a, b"],
            ["say \"hi\"", "two\nlines", "\"\""],
            ["last", "x\r\ny", "ä"],
        ]
        .map(|row| row.map(str::to_owned).to_vec());
        let mut text = String::new();
        rows.iter().for_each(|row| write(row, &mut text));
        assert_eq!(read(&text).unwrap(), rows);
        assert_eq!(read(text.trim_end()).unwrap(), rows);
    }

    #[test]
    fn line_ends_of_other_systems_and_open_quotes() {
        assert_eq!(read("a,b\r\n\r\nc,d").unwrap(), [["a", "b"], ["c", "d"]]);
        assert_eq!(read("a,\"b\nc"), None);
        assert!(read("").unwrap().is_empty());
    }
}
