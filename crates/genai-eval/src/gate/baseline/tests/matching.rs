//! Whether a baseline and a run are about the same.

use super::super::error::Mismatch;
use super::super::matching::{Expected, ExpectedMetric};
use super::*;

#[test]
fn a_run_is_compared_with_a_baseline_of_the_same() {
    let stored = baseline(0.0);
    let metrics = [
        ExpectedMetric {
            name: "bleu",
            signature: "nrefs:1|case:mixed|version:genai-eval-0.2.0",
            columns: 2,
        },
        ExpectedMetric { name: "ter", signature: "case:lc", columns: 1 },
    ];
    let same = Expected {
        tool: "genai-eval 0.1.0",
        segments: 3,
        references_sha256: &"ab".repeat(32),
        ids_sha256: None,
        metrics: &metrics,
    };
    assert_eq!(stored.matches(&same), Ok(None));
    let newer = Expected { tool: "genai-eval 0.2.0", ..same };
    assert_eq!(stored.matches(&newer), Ok(Some("genai-eval 0.1.0")));

    let refuses = |expected: &Expected<'_>, message: &str| {
        assert_eq!(stored.matches(expected).unwrap_err().to_string(), message);
    };
    refuses(
        &Expected { segments: 4, ..same },
        "the baseline was made of 3 segments, but 4 were scored",
    );
    refuses(
        &Expected { references_sha256: "", ..same },
        "the baseline was made with other references",
    );
    refuses(
        &Expected { ids_sha256: Some("x"), ..same },
        "the data have ids of segments, but the baseline has none",
    );
    let of = |name, signature, columns| [ExpectedMetric { name, signature, columns }];
    refuses(
        &Expected { metrics: &of("chrf", "", 1), ..same },
        "the baseline has no chrf, expected one of bleu, ter",
    );
    refuses(
        &Expected { metrics: &of("bleu", "nrefs:1|case:lc|version:x", 2), ..same },
        "the baseline's bleu has the signature nrefs:1|case:mixed, but the run's is \
         nrefs:1|case:lc",
    );
    refuses(
        &Expected { metrics: &of("ter", "case:lc", 3), ..same },
        "the baseline's rows of ter have 1 columns, but the run's have 3",
    );
    let with_ids = StoredBaseline { ids_sha256: Some("y".to_owned()), ..baseline(0.0) };
    assert_eq!(with_ids.matches(&same), Err(Mismatch::IdsOnOneSide { stored: true }));
    let other = Expected { ids_sha256: Some("x"), ..same };
    assert_eq!(with_ids.matches(&other), Err(Mismatch::Ids));
    let equal = Expected { ids_sha256: Some("y"), ..same };
    assert_eq!(with_ids.matches(&equal), Ok(None));
}
