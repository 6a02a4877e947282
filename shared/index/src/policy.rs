//! The retention policy: how long events of each category and account are kept.

use std::collections::BTreeMap;
use std::fmt;

use trail::Category;

use crate::retention::{Class, Retention, is_account};

/// How long events are kept: by category, and by exception of an account.
///
/// ```
/// use index::{Policy, Retention};
/// use trail::Category;
///
/// let policy = Policy::parse("90", "444455556666=365,111122223333:Data=30")?;
/// assert_eq!(policy.retention(Category::Data, "444455556666"), Retention::days(365));
/// assert_eq!(policy.retention(Category::Data, "111122223333"), Retention::days(30));
/// assert_eq!(policy.retention(Category::Insight, "111122223333"), Retention::days(90));
/// # Ok::<_, index::policy::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    categories: [Retention; 4],
    exceptions: BTreeMap<String, Exception>,
}

/// What is kept otherwise of an account: everything, or single categories, which go before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Exception {
    everything: Option<Retention>,
    categories: [Option<Retention>; 4],
}

/// Says what is wrong with a policy, without quoting it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The retention by category cannot be read.
    #[error("retention: {0}")]
    Retention(Mistake),
    /// The exceptions cannot be read.
    #[error("retention exceptions: {0}")]
    Exceptions(Mistake),
}

/// What is wrong with one of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// There is no `=` in it.
    #[error("expected NAME=DAYS, joined by commas")]
    Form,
    /// The days are none.
    #[error("expected a number of days, 0 to keep for ever")]
    Days,
    /// The category is none.
    #[error("expected Management, Data, NetworkActivity or Insight")]
    Category,
    /// The account is none.
    #[error("expected an account id of 12 digits")]
    Account,
    /// Nothing is said about a category.
    #[error("nothing is said about {0}")]
    Missing(Category),
    /// The same is said twice.
    #[error("a category or account is named twice")]
    Twice,
}

/// Completes "environment variable is not ..." for the retention by category.
pub const RETENTION_FORM: &str =
    "a number of days, or Management=90,Data=30,NetworkActivity=90,Insight=365, 0 to keep for ever";

/// Completes "environment variable is not ..." for the exceptions.
pub const EXCEPTIONS_FORM: &str =
    "a list of exceptions like 444455556666=365,111122223333:Data=30, 0 to keep for ever";

impl Policy {
    /// Keeps everything forever.
    pub const FOREVER: Self = Self::uniform(Retention::OFF);

    /// Keeps everything equally long.
    pub const fn uniform(retention: Retention) -> Self {
        Self {
            categories: [retention; 4],
            exceptions: BTreeMap::new(),
        }
    }

    /// Reads a policy: days by category, or one number for all, and exceptions by account.
    ///
    /// Every category must be named where any is, so that none is kept by accident for
    /// another time than was meant. The exceptions may be empty.
    pub fn parse(retention: &str, exceptions: &str) -> Result<Self, PolicyError> {
        let categories = parse_categories(retention).map_err(PolicyError::Retention)?;
        let exceptions = parse_exceptions(exceptions).map_err(PolicyError::Exceptions)?;
        Ok(Self {
            categories,
            exceptions,
        })
    }

    /// How long events of a category are kept in an account's history; an account that is
    /// not known has no exception.
    pub fn retention(&self, category: Category, account: &str) -> Retention {
        let exception = self.exceptions.get(account);
        exception
            .and_then(|exception| exception.retention(category))
            .unwrap_or(self.categories[place(category)])
    }

    /// How long events of a category are kept where no exception is made.
    pub const fn usual(&self, category: Category) -> Retention {
        self.categories[place(category)]
    }

    /// The longest that any event is kept.
    pub fn longest(&self) -> Retention {
        let all = Category::ALL.map(|category| self.longest_in(category));
        all.into_iter().max().unwrap_or(Retention::OFF)
    }

    /// The longest that any event of a category is kept.
    pub fn longest_in(&self, category: Category) -> Retention {
        let usual = self.usual(category);
        self.excepted(category).fold(usual, Retention::max)
    }

    /// The longest that any event of an account is kept.
    pub fn longest_of(&self, account: &str) -> Retention {
        let all = Category::ALL.map(|category| self.retention(category, account));
        all.into_iter().max().unwrap_or(Retention::OFF)
    }

    /// The shortest that any event of a category is kept.
    pub fn shortest_in(&self, category: Category) -> Retention {
        let usual = self.usual(category);
        self.excepted(category).fold(usual, Retention::min)
    }

    /// The shortest that any event is kept.
    pub(crate) fn shortest(&self) -> Retention {
        let all = Category::ALL.map(|category| self.shortest_in(category));
        all.into_iter().min().unwrap_or(Retention::OFF)
    }

    fn excepted(&self, category: Category) -> impl Iterator<Item = Retention> {
        let exceptions = self.exceptions.values();
        exceptions.filter_map(move |exception| exception.retention(category))
    }

    /// The class that files of an account are grouped in.
    pub fn class(&self, account: &str) -> Class {
        let exception = self.exceptions.contains_key(account);
        exception
            .then(|| Class::of_account(account).ok())
            .flatten()
            .unwrap_or_else(Class::standard)
    }

    /// The exceptions, as [`Policy::parse`] reads them; empty where there are none.
    pub fn exceptions(&self) -> String {
        let parts = self.exceptions.iter().flat_map(|(account, exception)| {
            let everything = exception.everything;
            let everything = everything.map(|kept| format!("{account}={}", days(kept)));
            let single = Category::ALL.into_iter().filter_map(move |category| {
                let kept = exception.categories[place(category)]?;
                Some(format!("{account}:{category}={}", days(kept)))
            });
            everything.into_iter().chain(single)
        });
        parts.collect::<Vec<_>>().join(",")
    }
}

impl Exception {
    fn retention(&self, category: Category) -> Option<Retention> {
        self.categories[place(category)].or(self.everything)
    }
}

impl From<Retention> for Policy {
    fn from(retention: Retention) -> Self {
        Self::uniform(retention)
    }
}

impl fmt::Display for Policy {
    /// Writes the retention by category, as [`Policy::parse`] reads it; the exceptions are
    /// written by [`Policy::exceptions`].
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, category) in Category::ALL.into_iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(
                formatter,
                "{comma}{category}={}",
                days(self.usual(category))
            )?;
        }
        Ok(())
    }
}

const fn place(category: Category) -> usize {
    match category {
        Category::Management => 0,
        Category::Data => 1,
        Category::NetworkActivity => 2,
        Category::Insight => 3,
    }
}

fn days(retention: Retention) -> u32 {
    retention.limit().unwrap_or(0)
}

fn parse_days(text: &str) -> Result<Retention, Mistake> {
    // What `parse` takes besides digits, a sign, is no number of days.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let days = text.parse().ok().filter(|_| is_number);
    days.map(Retention::days).ok_or(Mistake::Days)
}

fn parse_category(text: &str) -> Result<Category, Mistake> {
    text.parse().map_err(|_| Mistake::Category)
}

fn parse_categories(text: &str) -> Result<[Retention; 4], Mistake> {
    let text = text.trim();
    if !text.contains('=') {
        return Ok([parse_days(text)?; 4]);
    }
    let mut given = [None; 4];
    for part in text.split(',') {
        let (category, kept) = part.split_once('=').ok_or(Mistake::Form)?;
        let category = parse_category(category.trim())?;
        let kept = parse_days(kept.trim())?;
        if given[place(category)].replace(kept).is_some() {
            return Err(Mistake::Twice);
        }
    }
    let mut categories = [Retention::OFF; 4];
    for category in Category::ALL {
        let kept = given[place(category)];
        categories[place(category)] = kept.ok_or(Mistake::Missing(category))?;
    }
    Ok(categories)
}

fn parse_exceptions(text: &str) -> Result<BTreeMap<String, Exception>, Mistake> {
    let mut exceptions: BTreeMap<String, Exception> = BTreeMap::new();
    if text.trim().is_empty() {
        return Ok(exceptions);
    }
    for part in text.split(',') {
        let (whose, kept) = part.split_once('=').ok_or(Mistake::Form)?;
        let kept = parse_days(kept.trim())?;
        let (account, category) = match whose.split_once(':') {
            Some((account, category)) => (account, Some(parse_category(category.trim())?)),
            None => (whose, None),
        };
        let account = account.trim();
        if !is_account(account) {
            return Err(Mistake::Account);
        }
        let exception = exceptions.entry(account.to_owned()).or_default();
        let said = match category {
            Some(category) => &mut exception.categories[place(category)],
            None => &mut exception.everything,
        };
        if said.replace(kept).is_some() {
            return Err(Mistake::Twice);
        }
    }
    Ok(exceptions)
}

#[cfg(test)]
mod tests;
