//! The tokens that begin and end a text, as the files of a tokenizer name them.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use genai_bpe::Tokenizer;
use serde_json::Value;

use super::config::Config;
use super::error::Error;
use super::keys::Keys;

/// What a folder says of the tokens around a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) bos: Option<u32>,
    pub(super) eos: Option<u32>,
    /// Whether the tokenizer puts BOS before texts.
    pub(super) begins: bool,
}

impl Marks {
    /// The first of these that speaks of a token decides: `tokenizer_config.json`,
    /// `special_tokens_map.json`, `config.json`, `generation_config.json`. A null there says that there is none,
    /// but in `config.json`, where it may as well say that nobody asked.
    ///
    /// Whether texts begin with BOS is what `add_bos_token` of `tokenizer_config.json` says, or else whether the
    /// post-processor of `tokenizer.json` puts a token before them.
    pub(super) fn read(
        folder: &Path,
        config: &Config,
        tokenizer: &Tokenizer,
    ) -> Result<Self, Error> {
        let own = optional(folder, "tokenizer_config.json")?;
        let map = optional(folder, "special_tokens_map.json")?;
        let generation = optional(folder, "generation_config.json")?;
        let files = [("tokenizer_config.json", &own), ("special_tokens_map.json", &map)];
        let template = first_of_template(folder, tokenizer)?;
        let named = |key: &str| -> Result<Option<Option<u32>>, Error> {
            for (file, value) in files {
                let keys = Keys::new(file, value)?;
                if keys.has(key) {
                    return token(keys, key, tokenizer).map(Some);
                }
            }
            Ok(None)
        };
        let generated = |key: &str| Keys::new("generation_config.json", &generation)?.id(key);
        let bos = match named("bos_token")? {
            Some(bos) => bos,
            None => match template.or(config.bos) {
                Some(bos) => Some(bos),
                None => generated("bos_token_id")?,
            },
        };
        let eos = match named("eos_token")? {
            Some(eos) => eos,
            None => match config.eos {
                Some(eos) => Some(eos),
                None => generated("eos_token_id")?,
            },
        };
        let said = Keys::new("tokenizer_config.json", &own)?.flag("add_bos_token")?;
        // A template may begin with something else than BOS, a mark of the language say: that is not a rule for BOS.
        let begins = said.unwrap_or(template.is_some() && template == bos);
        Ok(Self { bos, eos, begins })
    }
}

/// A JSON file that need not be there.
fn optional(folder: &Path, name: &str) -> Result<Value, Error> {
    let path = folder.join(name);
    let value = match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(Error::from),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Ok(Value::Object(serde_json::Map::new()))
        }
        Err(error) => Err(error.into()),
    };
    value.map_err(|error| error.in_file(&path))
}

/// A token written as a string, or as an object with its `content`.
fn token(keys: Keys<'_>, key: &str, tokenizer: &Tokenizer) -> Result<Option<u32>, Error> {
    let text = match keys.get(key) {
        None => return Ok(None),
        Some(Value::String(text)) => Some(text.as_str()),
        Some(value) => value.get("content").and_then(Value::as_str),
    };
    let id = text.and_then(|text| tokenizer.id(text));
    id.map(Some).ok_or_else(|| keys.refuse(key, "a token of tokenizer.json"))
}

/// The token that the post-processor puts before a single text.
fn first_of_template(folder: &Path, tokenizer: &Tokenizer) -> Result<Option<u32>, Error> {
    let file = optional(folder, "tokenizer.json")?;
    let processor = &file["post_processor"];
    let steps = match processor["processors"].as_array() {
        Some(steps) => steps.iter().collect(),
        None => vec![processor],
    };
    let template = steps.into_iter().find(|step| step["type"] == "TemplateProcessing");
    let token =
        template.and_then(|step| step["single"].get(0)?.get("SpecialToken")?.get("id")?.as_str());
    let Some(token) = token else { return Ok(None) };
    let id = tokenizer.id(token);
    let missing = || {
        Error::refused("post_processor", format!("the token {token:?}"), "one of the vocabulary")
    };
    id.map(Some).ok_or_else(missing)
}
