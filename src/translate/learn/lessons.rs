//! The lessons of one deployment: an ordered, bounded set that amends the profile of a family.

use super::lesson::{LEARNED, Lesson};
use crate::{
    call::Dialect,
    catalog::{Profile, Row, Scalar, Streaming, origin_key},
};

/// The lessons of a deployment, the oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lessons(Vec<Lesson>);

impl Lessons {
    /// How many are kept at most.
    pub const MOST: usize = 32;

    /// Adds a lesson. It replaces an older one about the same line. If the set is full, it replaces the oldest lesson
    /// about an unlisted key. Returns `false` if there is no room.
    pub fn add(&mut self, lesson: Lesson) -> bool {
        if let Some(old) = self.0.iter_mut().find(|old| old.key() == lesson.key()) {
            *old = merged(old, lesson);
            return true;
        }
        if self.0.len() == Lessons::MOST {
            let Some(unlisted) = self.0.iter().position(Lesson::is_unlisted) else { return false };
            self.0.remove(unlisted);
        }
        self.0.push(lesson);
        true
    }

    /// Takes out the lessons that have helped, as a refusal shows that teaches `next`.
    pub fn take_behind(&mut self, next: &[Lesson]) -> Vec<Lesson> {
        if next.is_empty() {
            return Vec::new();
        }
        self.0.extract_if(.., |lesson| next.iter().all(|next| lesson.is_behind(next))).collect()
    }

    /// The lessons, the oldest first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Lesson> {
        self.0.iter()
    }

    /// Returns whether there are no lessons.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rows of an operation among them, those of one parameter side by side, as a table of parameters holds them.
    pub(super) fn rows(&self, dialect: Dialect) -> Vec<&Row> {
        let row = move |lesson| match lesson {
            &Lesson::Row(of, ref row) if of == dialect => Some(row),
            _ => None,
        };
        let rows = || self.0.iter().filter_map(row);
        let mut sorted: Vec<&Row> = rows().collect();
        sorted.sort_by_key(|row| rows().position(|other| other.param == row.param));
        sorted
    }

    /// Returns the profile of the family with the lessons applied.
    pub fn amend(&self, base: &Profile) -> Profile {
        let mut profile = base.clone();
        for lesson in &self.0 {
            match lesson {
                Lesson::Row(..) => continue,
                Lesson::Dialects(served) => profile.dialects.clone_from(served),
                Lesson::SystemRole(role) => profile.system_role = *role,
                Lesson::Synthesize => profile.streaming = Streaming::Synthesized,
                Lesson::ApiVersion(version) => profile.min_api_version = Some(version.clone()),
                Lesson::ToolsWithEffort(tools) => profile.tools_with_effort = *tools,
                Lesson::ReplayedReasoning(of) => profile.replayed_reasoning = *of,
            }
            profile.origins.insert(lesson.key().into_owned(), LEARNED.to_owned());
        }
        for dialect in Dialect::ALL {
            for row in self.rows(dialect) {
                let rows = profile.rows.of_mut(dialect);
                match rows.iter_mut().find(|old| old.id == row.id) {
                    Some(old) => old.clone_from(row),
                    None => rows.push(row.clone()),
                }
                profile.origins.insert(origin_key(dialect, &row.id).into_owned(), LEARNED.to_owned());
            }
        }
        profile
    }
}

/// Returns the newer lesson, with the values that the older one refuses.
fn merged(old: &Lesson, new: Lesson) -> Lesson {
    match (old, new) {
        (Lesson::Row(_, old), Lesson::Row(dialect, new)) => {
            let when = both(&old.when, new.when);
            Lesson::Row(dialect, Row { when, ..new })
        }
        (_, new) => new,
    }
}

type Guards = Vec<(String, Vec<Scalar>)>;

/// Returns guards that hold if either of the two did; none if they are about different parameters.
fn both(old: &[(String, Vec<Scalar>)], new: Guards) -> Guards {
    let ([(param, values)], [(other, _)]) = (old, new.as_slice()) else { return Vec::new() };
    if param != other {
        return Vec::new();
    }
    let mut union = values.clone();
    union.extend(new.into_iter().flat_map(|(_, values)| values).filter(|value| !values.contains(value)));
    vec![(param.clone(), union)]
}

impl FromIterator<Lesson> for Lessons {
    fn from_iter<I: IntoIterator<Item = Lesson>>(lessons: I) -> Lessons {
        let mut set = Lessons::default();
        for lesson in lessons {
            set.add(lesson);
        }
        set
    }
}
