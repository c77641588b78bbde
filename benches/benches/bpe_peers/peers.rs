//! The implementations that are compiled in.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use genai_bpe::Tokenizer;

use crate::vocabulary::Vocabulary;

/// Appends the ids of a text.
pub(crate) type Encode = Box<dyn FnMut(&str, &mut Vec<u32>) -> Result<()>>;

/// Ours.
pub(crate) const OURS: &str = "genai-bpe";
/// What says which ids are right.
pub(crate) const REFERENCE: &str = "tiktoken-rs";

/// Their names and versions, as in `Cargo.toml`.
pub(crate) const COMPILED_IN: [(&str, &str); 12] = [
    (OURS, env!("CARGO_PKG_VERSION")),
    (REFERENCE, "0.12.1"),
    ("bpe-openai", "0.3.2"),
    ("toktok-rs", "0.3.0"),
    ("tiktoken (goliajp)", "4.1.2"),
    ("splintr", "0.22.0"),
    ("tokenizers", "0.23.2"),
    ("tokenizers 1.0", "1.0.0-rc.3"),
    ("wordchipper", "0.9.2"),
    ("tokie", "0.1.4"),
    ("riptoken", "0.3.0"),
    ("kitoken", "0.11.1"),
];

/// Other forms that a peer can be loaded from, for the bench of loading.
pub(crate) const FORMS: [(&str, &str); 4] = [
    ("genai-bpe, rank file", env!("CARGO_PKG_VERSION")),
    ("genai-bpe, tokenizer.json", env!("CARGO_PKG_VERSION")),
    ("genai-bpe, packed file", env!("CARGO_PKG_VERSION")),
    ("splintr, tokenizer.json", "0.22.0"),
];

/// For Vecs that a peer returns: kept if it is the first, since it is what its users get.
fn append(ids: &mut Vec<u32>, new: Vec<u32>) {
    if ids.capacity() == 0 {
        *ids = new;
    } else {
        ids.extend_from_slice(&new);
    }
}

/// Loads a peer from its embedded data if it has any, else from a file that it reads.
pub(crate) fn load(name: &str, vocabulary: Vocabulary, folder: &Path) -> Result<Encode> {
    let failed = |error: &dyn std::fmt::Display| anyhow!("{name}: {error}");
    Ok(match name {
        OURS => ours(Tokenizer::builtin(vocabulary.name())?),
        "genai-bpe, rank file" => {
            ours(Tokenizer::from_file_as(vocabulary.ranks(folder), vocabulary.name())?)
        }
        "genai-bpe, tokenizer.json" => ours(Tokenizer::from_file(vocabulary.json(folder))?),
        "genai-bpe, packed file" => ours(Tokenizer::from_file(vocabulary.packed(folder))?),
        REFERENCE => {
            let tokenizer = match vocabulary {
                Vocabulary::Cl100k => tiktoken_rs::cl100k_base()?,
                Vocabulary::O200k => tiktoken_rs::o200k_base()?,
            };
            Box::new(move |text, ids| {
                append(ids, tokenizer.encode_ordinary(text));
                Ok(())
            })
        }
        "bpe-openai" => {
            let tokenizer = match vocabulary {
                Vocabulary::Cl100k => bpe_openai::cl100k_base(),
                Vocabulary::O200k => bpe_openai::o200k_base(),
            };
            Box::new(|text, ids| {
                append(ids, tokenizer.encode(text));
                Ok(())
            })
        }
        "toktok-rs" => {
            let tokenizer =
                toktok::Tokenizer::builtin(vocabulary.name()).map_err(|e| failed(&e))?;
            Box::new(move |text, ids| {
                tokenizer.encode_into(text.as_bytes(), ids);
                Ok(())
            })
        }
        "tiktoken (goliajp)" => {
            let tokenizer = tiktoken::get_encoding(vocabulary.name()).context("no encoding")?;
            Box::new(|text, ids| {
                append(ids, tokenizer.encode(text));
                Ok(())
            })
        }
        "splintr" => {
            let tokenizer = splintr::from_pretrained(vocabulary.name()).map_err(|e| failed(&e))?;
            let mode = splintr::SpecialMode::Ordinary;
            Box::new(move |text, ids| {
                append(ids, tokenizer.encode_with(text, &mode).map_err(|e| anyhow!("{e}"))?);
                Ok(())
            })
        }
        "splintr, tokenizer.json" => {
            let tokenizer =
                splintr::from_json_path(vocabulary.json(folder)).map_err(|e| failed(&e))?;
            Box::new(move |text, ids| {
                append(ids, tokenizer.encode_raw(text));
                Ok(())
            })
        }
        "tokenizers" => {
            let tokenizer = tokenizers::Tokenizer::from_file(vocabulary.json(folder))
                .map_err(|e| failed(&e))?;
            Box::new(move |text, ids| {
                let encoding = tokenizer.encode_fast(text, false).map_err(|e| anyhow!("{e}"))?;
                ids.extend_from_slice(encoding.get_ids());
                Ok(())
            })
        }
        "tokenizers 1.0" => tokenizers_1(vocabulary, folder).map_err(|e| failed(&e))?,
        "wordchipper" => {
            use wordchipper::TokenEncoder;
            use wordchipper::pretrained::openai::OATokenizer;
            let kind = match vocabulary {
                Vocabulary::Cl100k => OATokenizer::Cl100kBase,
                Vocabulary::O200k => OATokenizer::O200kBase,
            };
            let loaded = kind.load_path::<u32>(vocabulary.ranks(folder)).map_err(|e| failed(&e))?;
            let tokenizer =
                wordchipper::TokenizerOptions::default().with_parallel(false).build(loaded.into());
            Box::new(move |text, ids| {
                let none = wordchipper::SpecialFilter::IncludeNone;
                tokenizer.try_encode_append(text, ids, Some(&none)).map_err(|e| anyhow!("{e}"))
            })
        }
        "tokie" => {
            let tokenizer =
                tokie::Tokenizer::from_json(vocabulary.json(folder)).map_err(|e| failed(&e))?;
            Box::new(move |text, ids| {
                append(ids, tokenizer.encode_ids(text, false));
                Ok(())
            })
        }
        "riptoken" => riptoken(vocabulary, folder).map_err(|e| failed(&e))?,
        "kitoken" => {
            let tokenizer = kitoken::Kitoken::from_tiktoken_file(vocabulary.ranks(folder))
                .map_err(|e| failed(&e))?;
            Box::new(move |text, ids| {
                let none: &[kitoken::SpecialTokenKind] = &[];
                append(ids, tokenizer.encode(text, none).map_err(|e| anyhow!("{e}"))?);
                Ok(())
            })
        }
        _ => bail!("{name} is not compiled in"),
    })
}

/// With memory of its own, kept for all texts.
fn ours(tokenizer: Tokenizer) -> Encode {
    // The process measures one tokenizer and ends.
    let tokenizer: &'static Tokenizer = Box::leak(Box::new(tokenizer));
    let mut encoder = tokenizer.encoder();
    Box::new(move |text, ids| {
        encoder.encode_into(text, ids);
        Ok(())
    })
}

fn tokenizers_1(vocabulary: Vocabulary, folder: &Path) -> Result<Encode> {
    use tokenizers_1::pipeline::EncodeOptions;
    let tokenizer = tokenizers_1::from_json_file(vocabulary.canonical_json(folder))
        .map_err(|error| anyhow!("{error}"))?;
    let options = EncodeOptions::no_specials();
    let mut tokens = Vec::new();
    Ok(Box::new(move |text, ids| {
        tokens.clear();
        tokenizer.encode_into(text, &options, &mut tokens).map_err(|error| anyhow!("{error}"))?;
        ids.extend_from_slice(tokenizers_1::pipeline::PipelineToken::cast_slice(&tokens));
        Ok(())
    }))
}

fn riptoken(vocabulary: Vocabulary, folder: &Path) -> Result<Encode> {
    let ranks = fs::read_to_string(vocabulary.ranks(folder))?;
    let mut encoder = rustc_hash::FxHashMap::default();
    for line in ranks.lines() {
        let (token, rank) = line.split_once(' ').context("no rank")?;
        encoder.insert(BASE64_STANDARD.decode(token)?, rank.parse()?);
    }
    let pattern = vocabulary.pattern();
    let tokenizer = riptoken::CoreBPE::new(encoder, rustc_hash::FxHashMap::default(), pattern)
        .map_err(|error| anyhow!("{error}"))?;
    Ok(Box::new(move |text, ids| {
        append(ids, tokenizer.encode_ordinary(text));
        Ok(())
    }))
}
