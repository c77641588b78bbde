//! The vocabularies that all peers are given, as files in the forms that they read.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest, Sha256};

/// A vocabulary and the pattern that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Vocabulary {
    Cl100k,
    O200k,
}

impl Vocabulary {
    pub(crate) const ALL: [Self; 2] = [Self::Cl100k, Self::O200k];

    /// What tiktoken calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Cl100k => "cl100k_base",
            Self::O200k => "o200k_base",
        }
    }

    pub(crate) const fn short_name(self) -> &'static str {
        match self {
            Self::Cl100k => "cl100k",
            Self::O200k => "o200k",
        }
    }

    /// The SHA-256 of its rank file that tiktoken 0.14 expects.
    const fn sha256(self) -> &'static str {
        match self {
            Self::Cl100k => "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
            Self::O200k => "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
        }
    }

    /// As `tokenizer.json` files have it.
    pub(crate) const fn pattern(self) -> &'static str {
        match self {
            Self::Cl100k => {
                r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
            }
            Self::O200k => {
                r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
            }
        }
    }

    /// The rank file.
    pub(crate) fn ranks(self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.tiktoken", self.name()))
    }

    /// The same vocabulary as Hugging Face's `tokenizer.json`, without special tokens.
    pub(crate) fn json(self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.json", self.name()))
    }

    /// That file as tokenizers 1.0 wants it.
    pub(crate) fn canonical_json(self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.canonical.json", self.name()))
    }

    /// Our own form.
    pub(crate) fn packed(self, folder: &Path) -> PathBuf {
        folder.join(format!("{}.packed", self.name()))
    }

    /// Writes all the files that are not there yet.
    pub(crate) fn write_files(self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        // Always of the present version.
        let packed = genai_bpe::Tokenizer::builtin(self.name())?.to_packed()?;
        fs::write(self.packed(folder), packed)?;
        let (ranks, json, canonical) =
            (self.ranks(folder), self.json(folder), self.canonical_json(folder));
        if ranks.exists() && json.exists() && canonical.exists() {
            return Ok(());
        }
        let tokens = self.tokens()?;
        let mut text = String::new();
        for (rank, token) in tokens.iter().enumerate() {
            writeln!(text, "{} {rank}", BASE64_STANDARD.encode(token))?;
        }
        let found = hex(&Sha256::digest(&text));
        ensure!(found == self.sha256(), "the ranks of {} have SHA-256 {found}", self.name());
        fs::write(ranks, text)?;
        fs::write(&json, tokenizer_json(&tokens, self.pattern())?)?;
        let text = tokenizers_1::canonicalize_file(&json)
            .map_err(|error| anyhow::anyhow!("tokenizers 1.0: {error}"))?;
        fs::write(canonical, text)?;
        Ok(())
    }

    /// The bytes of each token, by rank, from the crate that carries them.
    fn tokens(self) -> Result<Vec<Vec<u8>>> {
        let encoding = match self {
            Self::Cl100k => tiktoken_rs::cl100k_base(),
            Self::O200k => tiktoken_rs::o200k_base(),
        }
        .context("tiktoken-rs")?;
        // No rank is left out; the first id without a token is before the special tokens.
        Ok((0..).map_while(|rank| encoding.decode_bytes(&[rank]).ok()).collect())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Bytes as the characters that GPT-2 writes them with: itself if printable, else from U+0100 on.
fn byte_characters() -> Vec<char> {
    let mut others = '\u{100}'..;
    (0..=u8::MAX)
        .filter_map(|byte| match byte {
            b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff => Some(char::from(byte)),
            _ => others.next(),
        })
        .collect()
}

fn tokenizer_json(tokens: &[Vec<u8>], pattern: &str) -> Result<String> {
    let characters = byte_characters();
    let written = |token: &[u8]| -> String {
        token.iter().map(|&byte| characters[usize::from(byte)]).collect()
    };
    let ranks: HashMap<&[u8], usize> =
        tokens.iter().enumerate().map(|(rank, token)| (token.as_slice(), rank)).collect();
    let mut vocabulary = String::new();
    let mut merges = String::new();
    for (rank, token) in tokens.iter().enumerate() {
        let separator = if rank > 0 { ",\n" } else { "" };
        write!(vocabulary, "{separator}{}:{rank}", serde_json::to_string(&written(token))?)?;
        if token.len() > 1 {
            let (left, right) = halves(token, rank, &ranks)?;
            let separator = if merges.is_empty() { "" } else { ",\n" };
            let pair = serde_json::to_string(&[written(left), written(right)])?;
            write!(merges, "{separator}{pair}")?;
        }
    }
    let pattern = serde_json::to_string(pattern)?;
    Ok(format!(
        r#"{{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":null,
"pre_tokenizer":{{"type":"Sequence","pretokenizers":[
{{"type":"Split","pattern":{{"Regex":{pattern}}},"behavior":"Isolated","invert":false}},
{{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}}]}},
"post_processor":null,
"decoder":{{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}},
"model":{{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":null,
"end_of_word_suffix":null,"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,
"vocab":{{{vocabulary}}},
"merges":[{merges}]}}}}
"#
    ))
}

/// The two tokens that a token is the merge of: what lower ranks make of its bytes.
fn halves<'t>(
    token: &'t [u8],
    rank: usize,
    ranks: &HashMap<&[u8], usize>,
) -> Result<(&'t [u8], &'t [u8])> {
    let mut ends: Vec<usize> = (0..=token.len()).collect();
    while ends.len() > 3 {
        let merge = (1..ends.len() - 1)
            .filter_map(|i| Some((*ranks.get(&token[ends[i - 1]..ends[i + 1]])?, i)))
            .min()
            .filter(|&(lowest, _)| lowest < rank);
        let Some((_, i)) = merge else { bail!("token {rank} is not a merge of two others") };
        ends.remove(i);
    }
    Ok(token.split_at(ends[1]))
}
