use super::*;
use crate::{Evaluator, Segment};

fn remarks(chrf: &Chrf, hypothesis: &str, reference: &str) -> String {
    let segment = Segment { hypothesis, references: &[Some(reference)] };
    chrf.remarks(&Evaluator::new(chrf).add(&segment).unwrap()).join("; ")
}

#[test]
fn remarks_say_what_surprises() {
    let chrf = Chrf::default();
    let chrf_pp = Chrf { word_order: 2, ..chrf.clone() };
    let smoothed = Chrf { eps_smoothing: true, ..chrf_pp.clone() };
    for (chrf, hypothesis, reference, remark) in [
        (&chrf, "a cat", "a cat", ""),
        (&chrf, "", "a cat", ""),
        (&chrf, "a cat", " ", ""),
        (&chrf, "xyz", "a cat", "no character"),
        (&chrf, "中文中文中文中文中文中文", "中文中文中文中文中文中文", ""),
        (&chrf_pp, "a cat", "a cat", ""),
        (
            &chrf_pp,
            "他一直没回信，我们也没有去问过他。",
            "他一直没有回信，我们也没去问过他。",
            "17 characters",
        ),
        (&smoothed, "a cat sits", "a cat sits", ""),
        (&smoothed, "a cat", "a cat", "5 characters"),
        (&smoothed, "kittens", "kitten is", "2 words"),
    ] {
        let said = remarks(chrf, hypothesis, reference);
        assert_eq!(said.is_empty(), remark.is_empty(), "{said}");
        assert!(said.contains(remark), "{said}");
    }
}

/// The first of equally good references stays, and one without an order's n-grams takes that order
/// from the hypothesis.
#[test]
fn the_best_reference_counts() {
    let chrf = Chrf { char_order: 2, ..Chrf::default() };
    let counts = |references: &[Option<&str>]| {
        let segment = Segment { hypothesis: "abc", references };
        Evaluator::new(&chrf).add(&segment).unwrap().orders().to_vec()
    };
    let of = |hypothesis, reference, matches| OrderCounts { hypothesis, reference, matches };
    assert_eq!(counts(&[Some("x"), Some("yz")]), [of(3, 1, 0), of(0, 0, 0)]);
    assert_eq!(counts(&[Some("yz"), Some("x")]), [of(3, 2, 0), of(2, 1, 0)]);
    assert_eq!(counts(&[Some("x"), None, Some("bc")]), [of(3, 2, 2), of(2, 1, 1)]);
}

/// Options out of range are the nearest in it.
#[test]
fn options_have_ends() {
    let wide = Chrf { char_order: 99, word_order: 99, beta: f64::INFINITY, ..Chrf::default() };
    let ends = Chrf { char_order: 16, word_order: 8, beta: 1e6, ..Chrf::default() };
    assert_eq!(Metric::spec(&wide).signature, Metric::spec(&ends).signature);
    assert_eq!(Metric::columns(&wide).len(), 72);
    let none = Chrf { char_order: 0, beta: f64::NAN, ..Chrf::default() };
    assert_eq!(Metric::columns(&none).len(), 3);
    assert!(remarks(&none, "a", "a").is_empty());
}
