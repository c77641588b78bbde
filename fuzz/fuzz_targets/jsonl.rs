//! The JSONL reader on any bytes: no panic, and whatever it hands out is what the records hold.

#![no_main]

use genai_eval::read::{Block, Field, Input, Lines, RecordFields, Records, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: (Vec<u8>, bool)| {
    let (bytes, named) = data;
    let lines = bytes.split(|&byte| byte == b'\n').count() as u64;
    let input = Input::from_reader("fuzz", std::io::Cursor::new(bytes));
    let fields = if named {
        RecordFields {
            hypotheses: vec![("a".to_owned(), Field::new("hyp"))],
            references: vec![Field::new("ref"), Field::new("/more/0/x~1y")],
            id: Some(Field::new("id")),
            labels: vec![Field::new("lang")],
        }
    } else {
        RecordFields::default()
    };
    let Ok(mut records) = Lines::new(input).and_then(|lines| Records::new(lines, fields)) else {
        return;
    };
    let mut segments = 0;
    while let Ok(Some(block)) = records.next_block() {
        let visited = block.visit(&mut |segment| {
            assert_eq!(segment.hypotheses.len(), 1);
            assert_eq!(segment.id.is_some(), named);
            segments += 1;
            Ok(())
        });
        if visited.is_err() {
            break;
        }
    }
    assert!(segments <= lines);
});
