//! What may be configured: every question has one answer, and the rules between answers hold. Decides only; no SQL here.

use std::collections::BTreeSet;
use std::fmt;

use crate::money::Money;

/// A product, with what it asks and the rules between the answers.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    pub(crate) id: i64,
    pub(crate) sku: String,
    pub(crate) name: String,
    pub(crate) description: String,
    /// Its price before any surcharge.
    pub(crate) price: Money,
    /// In the order in which they are asked.
    pub(crate) questions: Vec<Question>,
    pub(crate) rules: Vec<Rule>,
}

/// A question that a product asks.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) id: i64,
    pub(crate) text: String,
    pub(crate) answers: Vec<Answer>,
}

/// One of the answers to a question.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) id: i64,
    pub(crate) text: String,
    pub(crate) surcharge_cents: i64,
}

/// What one answer means for another.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) if_answer: i64,
    pub(crate) kind: RuleKind,
    pub(crate) then_answer: i64,
}

/// How.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleKind {
    /// Whoever has chosen the one must choose the other.
    Requires,
    /// Nobody can have both.
    Excludes,
}

/// A product as it can be sold. Only [`configure`] makes one.
#[derive(Debug, Clone)]
pub(crate) struct Configured {
    product: i64,
    answers: BTreeSet<i64>,
    texts: Vec<String>,
    price: Money,
}

/// Why something cannot be sold so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Complaint {
    /// A question has no answer.
    Unanswered(String),
    /// A question has several.
    Several(String),
    /// An answer is none of this product's.
    Foreign,
    /// The first answer needs the second.
    Requires(String, String),
    /// The first answer does not go with the second.
    Excludes(String, String),
    /// The product is not sold any more.
    NotSold,
    /// So many of one thing are not sold at once.
    Quantity,
}

/// Holds what was chosen, ids of answers, against the product's questions and rules.
///
/// # Errors
/// All that is wrong with the choice, in the order of the questions, then of the rules.
pub(crate) fn configure(
    product: &Product,
    chosen: &BTreeSet<i64>,
) -> Result<Configured, Vec<Complaint>> {
    let mut complaints = Vec::new();
    let mut taken: Vec<&Answer> = Vec::new();
    for question in product.questions.iter().filter(|q| !q.answers.is_empty()) {
        let answers = question.answers.iter();
        let answers: Vec<_> = answers.filter(|one| chosen.contains(&one.id)).collect();
        match answers.as_slice() {
            [] => complaints.push(Complaint::Unanswered(question.text.clone())),
            [_one] => {}
            [_, _, ..] => complaints.push(Complaint::Several(question.text.clone())),
        }
        taken.extend(answers);
    }
    if taken.len() < chosen.len() {
        complaints.push(Complaint::Foreign);
    }
    complaints.extend(product.rules.iter().filter_map(|rule| {
        if !chosen.contains(&rule.if_answer) {
            return None;
        }
        let both = chosen.contains(&rule.then_answer);
        let texts = || (product.text(rule.if_answer), product.text(rule.then_answer));
        match (rule.kind, both) {
            (RuleKind::Requires, false) => Some(texts()).map(|(a, b)| Complaint::Requires(a, b)),
            (RuleKind::Excludes, true) => Some(texts()).map(|(a, b)| Complaint::Excludes(a, b)),
            (RuleKind::Requires, true) | (RuleKind::Excludes, false) => None,
        }
    }));
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let surcharges = taken.iter().map(|answer| answer.surcharge_cents);
    let cents = surcharges.fold(product.price.cents, i64::saturating_add);
    Ok(Configured {
        product: product.id,
        answers: chosen.clone(),
        texts: taken.iter().map(|answer| answer.text.clone()).collect(),
        price: product.price.with(cents),
    })
}

impl Product {
    fn text(&self, answer: i64) -> String {
        let mut answers = self.questions.iter().flat_map(|one| &one.answers);
        let found = answers.find(|one| one.id == answer);
        found.map_or_else(|| "another answer".to_owned(), |one| one.text.clone())
    }

    /// What an answer adds to the price, as people read it; `None`: nothing.
    pub(crate) fn surcharge(&self, answer: &Answer) -> Option<String> {
        let surcharge = self.price.with(answer.surcharge_cents);
        match answer.surcharge_cents {
            0 => None,
            1.. => Some(format!("+{surcharge}")),
            ..0 => Some(surcharge.to_string()),
        }
    }

    /// The first answer to each question, which a page shows before anything was chosen.
    pub(crate) fn first_answers(&self) -> BTreeSet<i64> {
        let firsts = self.questions.iter().filter_map(|one| one.answers.first());
        firsts.map(|answer| answer.id).collect()
    }
}

impl Configured {
    /// The product's id.
    pub(crate) fn product(&self) -> i64 {
        self.product
    }

    /// The ids of the answers.
    pub(crate) fn answers(&self) -> &BTreeSet<i64> {
        &self.answers
    }

    /// The answers in words, in the order of their questions.
    pub(crate) fn texts(&self) -> &[String] {
        &self.texts
    }

    /// What one costs.
    pub(crate) fn price(&self) -> &Money {
        &self.price
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered(question) => write!(f, "{question} has no answer yet."),
            Self::Several(question) => write!(f, "{question} takes one answer."),
            Self::Foreign => f.write_str("One of the answers does not belong to this product."),
            Self::Requires(one, other) => write!(f, "{one} needs {other}."),
            Self::Excludes(one, other) => write!(f, "{one} does not go with {other}."),
            Self::NotSold => f.write_str("This product is not sold any more."),
            Self::Quantity => f.write_str("The quantity is a whole number from 1 to 99."),
        }
    }
}
