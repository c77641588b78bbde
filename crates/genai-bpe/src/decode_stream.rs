//! Ids become text one by one, as a model writes them.

use crate::codec::DecodeOptions;
use crate::{Error, Tokenizer};

impl Tokenizer {
    /// A decoder for ids that come one by one.
    pub fn decode_stream(&self) -> DecodeStream<'_> {
        DecodeStream {
            tokenizer: self,
            options: DecodeOptions::default(),
            bytes: Vec::new(),
            window: Vec::new(),
            said: 0,
            next_try: 0,
        }
    }
}

/// Decodes ids as they come. All that it returns, one after the other, is what
/// [`Tokenizer::decode_lossy`] gives for all ids: characters are whole, and what can never become
/// UTF-8 is U+FFFD.
///
/// Text comes as soon as no later id can change it. For decoders of Hugging Face that change texts across
/// tokens in ways of their own that is only at the end. Time is linear in the ids.
///
/// ```
/// # #[cfg(feature = "cl100k")] {
/// use genai_bpe::Tokenizer;
/// let tokenizer = Tokenizer::builtin("cl100k_base")?;
/// let mut stream = tokenizer.decode_stream();
/// // The character takes three tokens.
/// let texts: Vec<_> = tokenizer.encode("a 🦀").into_iter().map(|id| stream.push(id).unwrap()).collect();
/// assert_eq!(texts.concat(), "a 🦀");
/// assert_eq!(texts[texts.len() - 2], "");
/// assert_eq!(stream.finish()?, "");
/// # }
/// # Ok::<(), genai_bpe::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DecodeStream<'a> {
    tokenizer: &'a Tokenizer,
    options: DecodeOptions,
    /// Bytes that are not a whole character yet, where tokens are bytes.
    bytes: Vec<u8>,
    /// Elsewhere: ids that are not text yet, after the last one that is.
    window: Vec<u32>,
    /// How much of the window's text was returned.
    said: usize,
    /// How long the window has to be for it to be decoded again.
    next_try: usize,
}

/// Windows up to this length are tried with each id. Longer ones, which hold no character for long, are tried
/// when they have grown by half.
const SHORT: usize = 8;

impl DecodeStream<'_> {
    /// Leaves special tokens out of the text.
    #[must_use]
    pub fn without_special(mut self) -> Self {
        self.options.skip_special = true;
        self
    }

    /// The text that is there now that this id is there: often one token's, empty within a character.
    ///
    /// # Errors
    /// [`Error::UnknownId`]; the id is then as if it had not come.
    pub fn push(&mut self, id: u32) -> Result<String, Error> {
        let codec = self.tokenizer.codec();
        if codec.is_concatenative() {
            codec.decode(&[id], self.options, &mut self.bytes)?;
            return Ok(take_characters(&mut self.bytes));
        }
        let alone = self.text(&[id])?;
        self.window.push(id);
        if !codec.decodes_locally()
            || codec.is_open(id)
            || alone.is_empty()
            || self.window.len() < self.next_try
        {
            return Ok(String::new());
        }
        let text = self.text(&self.window)?;
        if text.ends_with(char::REPLACEMENT_CHARACTER) {
            // It may be the start of a character.
            let length = self.window.len();
            self.next_try = if length < SHORT { 0 } else { length + length / 2 };
            return Ok(String::new());
        }
        let new = text.get(self.said..).unwrap_or_default().to_owned();
        self.window.clear();
        self.window.push(id);
        self.said = alone.len();
        self.next_try = 0;
        Ok(new)
    }

    /// What is left when no more ids come.
    ///
    /// # Errors
    /// None for tokenizers of today.
    pub fn finish(self) -> Result<String, Error> {
        if self.tokenizer.codec().is_concatenative() {
            return Ok(String::from_utf8_lossy(&self.bytes).into_owned());
        }
        let text = self.text(&self.window)?;
        Ok(text.get(self.said..).unwrap_or_default().to_owned())
    }

    fn text(&self, ids: &[u32]) -> Result<String, Error> {
        let mut bytes = Vec::new();
        self.tokenizer.codec().decode(ids, self.options, &mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Takes all characters that are whole or can never be, and leaves the start of one that can.
fn take_characters(bytes: &mut Vec<u8>) -> String {
    let mut text = String::new();
    let mut taken = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        taken += chunk.valid().len();
        let invalid = chunk.invalid();
        if invalid.is_empty() {
            continue;
        }
        let at_end = taken + invalid.len() == bytes.len();
        if at_end && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none()) {
            break;
        }
        text.push(char::REPLACEMENT_CHARACTER);
        taken += invalid.len();
    }
    bytes.drain(..taken);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// Text by text, and all at once.
    fn check(tokenizer: &Tokenizer, ids: &[u32]) -> Result<(), TestCaseError> {
        let mut stream = tokenizer.decode_stream();
        let mut text = String::new();
        for &id in ids {
            text += &stream.push(id).unwrap();
            prop_assert!(stream.push(1 << 23).is_err());
        }
        text += &stream.finish().unwrap();
        prop_assert_eq!(text, tokenizer.decode_lossy(ids).unwrap());

        let mut stream = tokenizer.decode_stream().without_special();
        let mut text: String = ids.iter().map(|&id| stream.push(id).unwrap()).collect();
        text += &stream.finish().unwrap();
        let bytes = tokenizer.decode_bytes_with(ids, true).unwrap();
        prop_assert_eq!(text, String::from_utf8_lossy(&bytes));
        Ok(())
    }

    const TOKENS: [&str; 28] = [
        "a", "b", " ", "▁", "▁a", "▁▁", "b▁", "<0xE4>", "<0xB8>", "<0xAD>", "<0x41>", "<0xFF>",
        "low</w>", "w</", "w>", "##x", "|", "<pad>", ".", " .", "' ", " n't", "\u{fffd}", "ä", "¸",
        "Ń", "ä¸", "Ċ",
    ];

    fn hugging_face(decoder: &Value) -> Tokenizer {
        let vocabulary: serde_json::Map<_, _> =
            TOKENS.iter().zip(0..).map(|(&token, id)| (token.to_owned(), json!(id))).collect();
        let end = json!({
            "id": TOKENS.len(), "content": "</s>", "special": true, "normalized": false,
            "single_word": false, "lstrip": false, "rstrip": false,
        });
        let file = json!({
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": [end],
            "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": decoder,
            "model": {
                "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": true,
                "ignore_merges": false, "vocab": vocabulary, "merges": [],
            },
        });
        Tokenizer::from_bytes(file.to_string().as_bytes()).unwrap()
    }

    fn decoders() -> Vec<Value> {
        let replace = |pattern: &str, content: &str| json!({"type": "Replace", "pattern": {"String": pattern}, "content": content});
        let strip = |start: usize, stop: usize| json!({"type": "Strip", "content": " ", "start": start, "stop": stop});
        let fuse = json!({"type": "Fuse"});
        let bytes = json!({"type": "ByteFallback"});
        let byte_level = json!({
            "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true,
        });
        let metaspace = |scheme: &str| json!({"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": true});
        let word_piece = json!({"type": "WordPiece", "prefix": "##", "cleanup": true});
        let bpe = json!({"type": "BPEDecoder", "suffix": "</w>"});
        let ctc = json!({
            "type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": true,
        });
        let steps: Vec<Vec<&Value>> = vec![
            vec![&byte_level],
            vec![&bytes],
            vec![&word_piece],
            vec![&bpe],
            vec![&ctc],
            vec![&fuse, &ctc],
            vec![&bpe, &fuse],
            vec![&fuse, &bpe],
            vec![&fuse, &word_piece],
            vec![&byte_level, &fuse],
            vec![&bytes, &ctc, &fuse],
        ];
        let mut decoders: Vec<Value> =
            steps.iter().map(|steps| json!({"type": "Sequence", "decoders": steps})).collect();
        let sequence = |steps: &[Value]| json!({"type": "Sequence", "decoders": steps});
        decoders.extend([
            Value::Null,
            metaspace("always"),
            metaspace("never"),
            // Llama 2's.
            sequence(&[replace("▁", " "), bytes.clone(), fuse.clone(), strip(1, 0)]),
            sequence(&[replace("▁", " "), bytes.clone(), fuse.clone(), strip(2, 1)]),
            sequence(&[strip(1, 1), fuse.clone()]),
            sequence(&[fuse.clone(), replace("ab", "c"), metaspace("first")]),
            sequence(&[fuse.clone(), replace("a", "bb")]),
            sequence(&[replace("a", "<0xE4>"), bytes.clone()]),
            sequence(&[replace("b▁", "<0x42>"), bytes.clone()]),
            sequence(&[fuse, bytes]),
            sequence(&[bpe, replace("w ", "v")]),
        ]);
        decoders
    }

    fn any_ids(bound: usize, length: usize) -> impl Strategy<Value = Vec<u32>> {
        prop::collection::vec(0..u32::try_from(bound).unwrap(), 0..length)
    }

    proptest! {
        #[test]
        fn a_stream_of_hugging_face_is_the_text(ids in any_ids(TOKENS.len() + 1, 24)) {
            for decoder in decoders() {
                check(&hugging_face(&decoder), &ids)
                    .map_err(|error| TestCaseError::fail(format!("{decoder}: {error}")))?;
            }
        }

        #[test]
        fn a_stream_of_bytes_is_the_text(
            bytes in prop::collection::vec(
                prop_oneof![
                    any::<u8>(),
                    prop::sample::select(&b"\xe4\xb8\xad\xf0\x9f\xa6\x80\xc3\xed\xa0\xf4\x90a"[..]),
                ],
                0..40,
            ),
        ) {
            let ranks: Vec<_> = (0..=255u8).map(|byte| vec![byte]).collect();
            let vocabulary =
                crate::Vocabulary::new((0..).zip(ranks.iter().map(Vec::as_slice))).unwrap();
            let codec = crate::byte_level::ByteLevel::from_ranks(
                vocabulary,
                crate::Pattern::Whole,
                crate::added::AddedTokens::default(),
            );
            let ids: Vec<_> = bytes.into_iter().map(u32::from).collect();
            check(&Tokenizer::new(codec.unwrap()), &ids)?;
        }
    }

    #[test]
    fn text_comes_as_soon_as_it_is_there() {
        let texts = |decoder: Value, tokens: &[&str]| -> Vec<String> {
            let tokenizer = hugging_face(&decoder);
            let mut stream = tokenizer.decode_stream();
            let id = |token: &&str| tokenizer.id(token).unwrap();
            let mut texts: Vec<_> =
                tokens.iter().map(|token| stream.push(id(token)).unwrap()).collect();
            texts.push(stream.finish().unwrap());
            texts
        };
        let llama = decoders().swap_remove(14);
        assert_eq!(
            texts(llama, &["▁a", "▁a", "<0xE4>", "<0xB8>", "<0xAD>", "b", "<0xE4>"]),
            ["a", " a", "", "", "", "中b", "", "\u{fffd}"]
        );
        let byte_level = decoders().swap_remove(0);
        assert_eq!(
            texts(byte_level, &["a", "ä¸", "Ń", "ä", "b"]),
            ["a", "", "中", "", "\u{fffd}b", ""]
        );
    }

    /// Decoding anew with each id would take hours.
    #[test]
    fn what_is_no_text_for_long_takes_no_long_time() {
        for (decoder, token) in [(0, "¸"), (1, "<0xFF>"), (13, "</s>"), (15, "a"), (14, "▁")] {
            let tokenizer = hugging_face(&decoders()[decoder]);
            let mut stream = tokenizer.decode_stream().without_special();
            let id = tokenizer.id(token).unwrap();
            let length: usize = (0..200_000).map(|_| stream.push(id).unwrap().len()).sum();
            let ids = vec![id; 200_000];
            let all = tokenizer.decode_bytes_with(&ids, true).unwrap();
            assert_eq!(length + stream.finish().unwrap().len(), all.len());
        }
    }
}
