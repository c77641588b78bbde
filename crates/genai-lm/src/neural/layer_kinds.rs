//! In what the layers of a model may differ: how far back they see, and whether they know of positions.

use serde_json::Value;

use super::config::Family;
use super::error::Error;
use super::keys::Keys;

/// What a layer has of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LayerKind {
    /// How many tokens a token sees, itself included; all before it if None.
    pub(super) window: Option<usize>,
    /// Whether heads are turned by their positions.
    pub(super) turned: bool,
    /// What products of queries and keys are multiplied by.
    pub(super) scale: f32,
}

/// Which layers see a window only, and which do not turn their heads.
pub(super) fn of_gated(
    family: Family,
    keys: Keys<'_>,
    scale: f32,
) -> Result<Vec<LayerKind>, Error> {
    let count = count(keys, "num_hidden_layers")?;
    let mut kinds = vec![LayerKind { window: None, turned: true, scale }; count];
    if family == Family::SmolLm3 {
        let turned = per_layer(keys, "no_rope_layers", count, |value| match value.as_u64() {
            // The key says the opposite of its name.
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        })?;
        let interval = keys.size("no_rope_layer_interval")?.unwrap_or(4);
        for (index, kind) in kinds.iter_mut().enumerate() {
            kind.turned =
                turned.as_ref().map_or((index + 1) % interval != 0, |turned| turned[index]);
        }
    }
    let types = per_layer(keys, "layer_types", count, |value| match value.as_str() {
        Some("full_attention") => Some(false),
        Some("sliding_attention") => Some(true),
        _ => None,
    })?;
    match family {
        Family::Mistral => {
            if types.is_some_and(|types| types.contains(&true)) {
                return Err(
                    keys.refuse("layer_types", "none for Mistral, whose layers are all alike")
                );
            }
            let window = window_or_default(keys)?;
            for kind in &mut kinds {
                kind.window = window;
            }
        }
        Family::Qwen2 | Family::Qwen3 | Family::SmolLm3 => {
            let first = keys.index("max_window_layers")?.unwrap_or(28);
            let window = match keys.flag("use_sliding_window")? {
                Some(true) if family == Family::SmolLm3 => keys.size("sliding_window")?,
                Some(true) => window_or_default(keys)?,
                _ => None,
            };
            for (index, kind) in kinds.iter_mut().enumerate() {
                let slides = match (&types, family) {
                    (Some(types), _) => types[index],
                    (None, Family::SmolLm3) => !kind.turned,
                    (None, _) => index >= first,
                };
                kind.window = window.filter(|_| slides);
            }
        }
        Family::Llama | Family::Gpt2 => {
            if types.is_some_and(|types| types.contains(&true)) {
                return Err(keys.refuse("layer_types", "full_attention"));
            }
        }
    }
    Ok(kinds)
}

/// A null says that there is none; where the key is missing transformers takes what the first Mistral had.
fn window_or_default(keys: Keys<'_>) -> Result<Option<usize>, Error> {
    if keys.has("sliding_window") { keys.size("sliding_window") } else { Ok(Some(4096)) }
}

/// A list with an item for each layer.
fn per_layer(
    keys: Keys<'_>,
    key: &str,
    count: usize,
    read: impl Fn(&Value) -> Option<bool>,
) -> Result<Option<Vec<bool>>, Error> {
    let Some(list) = keys.list(key)? else { return Ok(None) };
    let items: Option<Vec<bool>> = list.iter().map(read).collect();
    match items.filter(|items| items.len() == count) {
        Some(items) => Ok(Some(items)),
        None => Err(keys.refuse(key, format!("{count} values of the kinds that are known"))),
    }
}

/// How many layers there are.
pub(super) fn count(keys: Keys<'_>, key: &str) -> Result<usize, Error> {
    const MOST: usize = 1 << 12;
    let count = keys.needed_size(key)?;
    if count <= MOST { Ok(count) } else { Err(keys.refuse(key, format!("at most {MOST} layers"))) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::config::tests::llama;
    use super::*;

    #[test]
    fn windows_of_layers() {
        let windows = |patch: Value| -> Vec<_> {
            llama(patch).unwrap().layers.iter().map(|layer| layer.window).collect()
        };
        assert_eq!(windows(json!({})), [None, None]);
        let heads = json!({"model_type": "mistral", "num_key_value_heads": 2});
        let with = |more: Value| {
            let mut all = heads.clone();
            for (key, value) in more.as_object().unwrap() {
                all[key] = value.clone();
            }
            all
        };
        assert_eq!(windows(with(json!({"sliding_window": 8}))), [Some(8); 2]);
        assert_eq!(windows(with(json!({"sliding_window": null}))), [None; 2]);
        assert_eq!(windows(with(json!({}))), [Some(4096); 2]);
        let qwen = |more: Value| {
            let mut all = with(more);
            all["model_type"] = json!("qwen2");
            all["sliding_window"] = json!(8);
            all
        };
        assert_eq!(windows(qwen(json!({}))), [None; 2]);
        assert_eq!(
            windows(qwen(json!({"use_sliding_window": true, "max_window_layers": 1}))),
            [None, Some(8)]
        );
        assert_eq!(
            windows(qwen(json!({"use_sliding_window": true, "max_window_layers": 0}))),
            [Some(8); 2]
        );
    }
}
