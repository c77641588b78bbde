//! Post-processors: what is put around the ids of a text, and offsets without the white space.

use serde_json::Value;

use super::part::Part;
use crate::Error;

/// What happens to ids and offsets in the end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PostProcessor {
    /// Offsets lose the white space at the ends of tokens, once for each: the flag is
    /// `add_prefix_space`.
    trims: Vec<bool>,
    /// Ids before and after those of one text.
    before: Vec<u32>,
    after: Vec<u32>,
    /// A template was applied: what follows sees more than one sequence.
    is_cut: bool,
}

impl PostProcessor {
    /// Adds what a file asks for.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with the name of what is not implemented; [`Error::Malformed`].
    pub(super) fn read(&mut self, value: &Value) -> Result<(), Error> {
        let part = Part::new("post-processor", value)?;
        match part.kind() {
            "Sequence" => {
                for value in part.list("processors")? {
                    self.read(value)?;
                }
            }
            "ByteLevel" => {
                if part.flag("trim_offsets")? {
                    self.trims.push(part.flag("add_prefix_space")?);
                }
            }
            name @ ("RobertaProcessing" | "BertProcessing") => {
                if self.is_cut {
                    return Err(part.unsupported("two templates"));
                }
                if name == "RobertaProcessing" && part.flag("trim_offsets")? {
                    self.trims.push(part.flag("add_prefix_space")?);
                }
                self.before.insert(0, token_id(&part, "cls")?);
                self.after.push(token_id(&part, "sep")?);
            }
            "TemplateProcessing" => {
                if self.is_cut {
                    return Err(part.unsupported("two templates"));
                }
                self.template(&part)?;
                self.is_cut = true;
            }
            name => return Err(part.unsupported(name)),
        }
        Ok(())
    }

    fn template(&mut self, part: &Part<'_>) -> Result<(), Error> {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut sequences = 0;
        for piece in part.list("single")? {
            let (kind, piece) = piece
                .as_object()
                .and_then(|piece| piece.iter().next())
                .ok_or_else(|| part.malformed("a piece of another kind".into(), "an object"))?;
            let id = piece.get("id").and_then(Value::as_str).unwrap_or_default();
            match (kind.as_str(), id) {
                ("Sequence", "A") => sequences += 1,
                ("SpecialToken", id) => {
                    let ids = if sequences == 0 { &mut before } else { &mut after };
                    ids.extend(special_ids(part, id)?);
                }
                _ => return Err(part.malformed(format!("{kind} {id:?}"), "A or a special token")),
            }
        }
        if sequences != 1 {
            return Err(part.unsupported(&format!("a template with {sequences} sequences A")));
        }
        self.before.splice(0..0, before);
        self.after.append(&mut after);
        Ok(())
    }

    /// The ids of one text with what belongs around them.
    pub(super) fn wrap(&self, ids: &[u32]) -> Vec<u32> {
        [&self.before, ids, &self.after].concat()
    }

    pub(super) fn trims_offsets(&self) -> bool {
        !self.trims.is_empty()
    }

    /// Takes white space off the offsets of the token at `place`, which has so many characters of it at
    /// its ends.
    pub(super) fn trim(
        &self,
        text: &str,
        place: usize,
        (leading, trailing): (usize, usize),
        offsets: &mut (usize, usize),
    ) {
        // Hugging Face counts whole characters of the text.
        for &add_prefix_space in &self.trims {
            let start = text.floor_char_boundary(offsets.0);
            let end = text.ceil_char_boundary(offsets.1);
            let is_prefix = add_prefix_space && leading == 1 && (place == 0 || start == 0);
            if leading > 0 && !is_prefix {
                let ahead = text[start..].chars().take(leading).map(char::len_utf8);
                offsets.0 = (start + ahead.sum::<usize>()).min(end);
                offsets.1 = offsets.1.max(offsets.0);
            }
            if trailing > 0 {
                let behind = text[..end].chars().rev().take(trailing);
                let (count, bytes) =
                    behind.fold((0, 0), |(count, bytes), c| (count + 1, bytes + c.len_utf8()));
                if count == trailing {
                    let start = text.floor_char_boundary(offsets.0);
                    offsets.1 = (end - bytes).max(start);
                    offsets.0 = offsets.0.min(offsets.1);
                }
            }
        }
    }
}

/// The id in a pair of token and id.
fn token_id(part: &Part<'_>, name: &str) -> Result<u32, Error> {
    part.field(name)?
        .as_array()
        .filter(|pair| pair.len() == 2 && pair[0].is_string())
        .and_then(|pair| u32::try_from(pair[1].as_u64()?).ok())
        .ok_or_else(|| part.malformed(format!("{name} is another thing"), "a token and its id"))
}

/// The ids of a special token of a template.
fn special_ids(part: &Part<'_>, name: &str) -> Result<Vec<u32>, Error> {
    let ids = part.field("special_tokens")?.get(name).and_then(|token| token.get("ids"));
    let ids = ids.and_then(Value::as_array).and_then(|ids| {
        ids.iter().map(|id| u32::try_from(id.as_u64()?).ok()).collect::<Option<Vec<_>>>()
    });
    ids.ok_or_else(|| part.malformed(format!("no ids for {name:?}"), "a list of ids"))
}
