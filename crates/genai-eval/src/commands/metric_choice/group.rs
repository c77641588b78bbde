//! What is built together: a metric, or the members of a family that were asked for.

use anyhow::{Context, Result, bail};
use genai_metrics::metrics::{Entry, TEXT_METRICS, Variant};
use genai_metrics::{Level, OptionKind, OptionSpec, Options, Scorer};

use super::super::metric_options::Given;
use super::names::{Asked, TYPES, option};
use super::{TextScorer, Written};
use crate::messages::Messages;

/// A metric or a family under one name, which is built once.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) entry: &'static Entry,
    variant: Option<&'static Variant>,
    /// Whether the family as such was asked for, or the metric if it is alone.
    whole: bool,
    /// The members that were asked for by their names.
    members: Vec<&'static str>,
}

impl Group {
    /// What has to be built for these, in the order in which each was first asked for.
    pub(super) fn of(asked: &[Asked]) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for asked in asked {
            let place = groups.iter().position(|group| group.is_of(asked)).unwrap_or(groups.len());
            if place == groups.len() {
                let (entry, variant) = (asked.entry, asked.variant);
                groups.push(Self { entry, variant, whole: false, members: Vec::new() });
            }
            let group = &mut groups[place];
            match asked.member {
                None => group.whole = true,
                Some(member) if !group.members.contains(&member) => group.members.push(member),
                Some(_) => {}
            }
        }
        groups
    }

    pub(super) fn is_of(&self, asked: &Asked) -> bool {
        (self.entry.name, self.variant) == (asked.entry.name, asked.variant)
    }

    /// The option of that name, if it can be given: names of members are their types already.
    pub(super) fn option(&self, name: &str) -> Option<&'static OptionSpec> {
        option(self.entry, name).filter(|_| self.whole || name != TYPES)
    }

    /// The options as the metric gets them, with files read.
    pub(super) fn given(
        &self,
        written: &[Written],
        hashed: bool,
        messages: Messages,
    ) -> Result<Given> {
        let mut given = Given::default();
        for (spec, value) in written {
            if !matches!(spec.kind, OptionKind::Flag) || value == "true" {
                given.take(spec, value, hashed, messages)?;
            }
        }
        if let Some(Variant { name: variant, options }) = self.variant {
            for (name, value) in *options {
                match given.options.get(name) {
                    Some(other) if other != *value => {
                        bail!("--{name} is {other}, expected {value}, which is what {variant} says")
                    }
                    _ => given.options.set(name, value),
                }
            }
        }
        if !self.members.is_empty() {
            let mut types = if self.whole { self.whole_family(&given.options) } else { Vec::new() };
            for member in &self.members {
                if !types.iter().any(|known| known == member) {
                    types.push((*member).to_owned());
                }
            }
            given.options.set(TYPES, &types.join(","));
        }
        Ok(given)
    }

    /// The members that the family's own name stands for.
    fn whole_family(&self, options: &Options) -> Vec<String> {
        if let Some(types) = options.get(TYPES) {
            return types.split(',').map(str::to_owned).collect();
        }
        // An option may be for a member that is asked for beside the family.
        let built = (self.entry.build)(options, Level::Corpus)
            .or_else(|_| (self.entry.build)(&Options::default(), Level::Corpus));
        let built = built.unwrap_or_default();
        built.iter().map(|scorer| scorer.spec().name.to_owned()).collect()
    }

    pub(super) fn build(
        &self,
        given: &Given,
        level: Level,
        text_scorer: Option<TextScorer<'_>>,
    ) -> Result<Vec<Box<dyn Scorer>>> {
        let name = self.entry.name;
        if TEXT_METRICS.iter().any(|entry| entry.name == name) {
            return match text_scorer {
                Some(scorer) => scorer(&given.options, level).context(name),
                None => bail!("{name} needs a language model, expected `genai-eval {name}`"),
            };
        }
        let built = (self.entry.build)(&given.options, level);
        built.map_err(|error| given.explain(error)).context(name)
    }
}
