//! Turns the reason of a refusal into a line of the profile, given the refused call. A line counts as a lesson only if
//! it changes this call. Otherwise Azure would refuse the call again.

use super::{
    Lesson, members,
    params::{is_needed, order, other_cap},
    place::{PlaceStep, read_place},
    rows::{format, is_cap, ordered, refused_value, removal, row, too_large},
    wording::RefusalReason,
};
use crate::{
    call::{ApiVersion, Dialect, ReplayedReasoning, Surface},
    catalog::{Row, Scalar, SystemRole, ToolsWithEffort, Verb},
    json::View,
    translate::{Target, parameter_names},
};

/// The parameter of On Your Data.
const DATA_SOURCES: &str = "data_sources";

/// A refused call, as it was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct RefusedCall<'a> {
    pub(super) dialect: Dialect,
    pub(super) sent: View<'a>,
    pub(super) target: &'a Target,
}

impl RefusedCall<'_> {
    /// Returns the lessons for a reason; `None` if there is no remedy.
    pub(super) fn lessons(&self, reason: &RefusalReason<'_>) -> Option<Vec<Lesson>> {
        match reason {
            RefusalReason::Unsupported { param: "stream", .. } => Some(vec![self.stream()?]),
            RefusalReason::Unsupported { param, instead } => self.unsupported_lessons(param, *instead),
            RefusalReason::Extra { param } => self.extra_lessons(&read_place(param)?),
            RefusalReason::Unexpected { object, member } => {
                let mut place = if object.is_empty() { Vec::new() } else { read_place(object)? };
                place.push(PlaceStep::Key(member));
                self.extra_lessons(&place)
            }
            _ => Some(vec![self.lesson(reason)?]),
        }
    }

    fn lesson(&self, reason: &RefusalReason<'_>) -> Option<Lesson> {
        match reason {
            RefusalReason::Unsupported { .. }
            | RefusalReason::Extra { .. }
            | RefusalReason::Unexpected { .. } => None,
            RefusalReason::Value { param: "stream", .. } => self.stream(),
            RefusalReason::Value { param, value, .. } if param.ends_with("].role") => self.role(value),
            RefusalReason::Value { param, value, .. }
                if *param == "include" || param.starts_with("include[") =>
            {
                self.row(self.unsupported(&format!("include[{value}]"), None)?)
            }
            RefusalReason::Value { param, value, taken, only } => {
                self.row(self.value(param, value, taken, *only)?)
            }
            RefusalReason::OnlyBeside { param, beside } => self.row(self.only_beside(param, beside)?),
            RefusalReason::TooLarge { param, most } => self.row(too_large(self.dialect, param, *most)?),
            RefusalReason::Format { kind } => self.row(format(self.dialect, kind)),
            RefusalReason::Version(version) => self.version(version),
            RefusalReason::ToolsWithEffort => self.tools_with_effort(),
            RefusalReason::ConflictingReasoning => self.less_replayed_reasoning(),
            RefusalReason::Unserved { dialect } => self.dialects(*dialect),
        }
    }

    /// Returns the lessons about a parameter that is not supported. A bare name is that of the body's own member, if it
    /// has one. Otherwise Azure means members inside the body, and does not say which.
    fn unsupported_lessons(&self, param: &str, instead: Option<&str>) -> Option<Vec<Lesson>> {
        if param.is_empty() {
            return None;
        }
        if is_needed(self.dialect, param) {
            return self.member_lessons(&members::standing_in_messages(param, self.sent));
        }
        if self.sent.get(param).is_some() || param.ends_with(']') {
            return self.parameter_lessons(param, instead);
        }
        let place = read_place(param)?;
        match place.as_slice() {
            [PlaceStep::Key(name)] => self.member_lessons(&members::standing(name, self.sent)),
            place => self.parameter_lessons(&members::parameter(place, self.sent)?, instead),
        }
    }

    /// Returns the lessons about a member that a schema does not have. On Your Data has a schema of its own for the
    /// whole body, so its refusal says nothing about calls without it.
    fn extra_lessons(&self, place: &[PlaceStep<'_>]) -> Option<Vec<Lesson>> {
        let lessons = match place {
            [PlaceStep::Key(name)] if is_needed(self.dialect, name) => {
                self.member_lessons(&members::standing_in_messages(name, self.sent))?
            }
            [PlaceStep::Key(name)] if self.sent.get(name).is_none() => {
                self.member_lessons(&members::standing(name, self.sent))?
            }
            place => self.parameter_lessons(&members::parameter(place, self.sent)?, None)?,
        };
        if self.dialect != Dialect::Chat || self.get(DATA_SOURCES).is_none() {
            return Some(lessons);
        }
        let beside = |lesson| match lesson {
            Lesson::Row(dialect, row) => {
                Lesson::Row(dialect, Row { beside: Some(DATA_SOURCES.into()), ..row })
            }
            other => other,
        };
        Some(lessons.into_iter().map(beside).collect())
    }

    fn parameter_lessons(&self, param: &str, instead: Option<&str>) -> Option<Vec<Lesson>> {
        Some(vec![self.row(self.unsupported(param, instead)?)?])
    }

    /// Returns a lesson for each kind of place; `None` if there is none, or one has no remedy.
    fn member_lessons(&self, places: &[String]) -> Option<Vec<Lesson>> {
        let lessons: Option<Vec<Lesson>> =
            places.iter().map(|param| self.row(self.unsupported(param, None)?)).collect();
        lessons.filter(|lessons| !lessons.is_empty())
    }

    /// Returns the row as a lesson if it changes the call and the family does not have it yet.
    fn row(&self, row: Row) -> Option<Lesson> {
        let known = self.rows().iter().any(|old| old.id == row.id && self.acts(old));
        (self.acts(&row) && !known).then_some(Lesson::Row(self.dialect, row))
    }

    /// Returns the family's parameter table for the dialect.
    fn rows(&self) -> &[Row] {
        self.target.profile.rows(self.dialect)
    }

    /// Returns whether a row changes the call.
    fn acts(&self, row: &Row) -> bool {
        if row.beside.as_ref().is_some_and(|param| self.get(param).is_none()) {
            return false;
        }
        if let Some(path) = row.members() {
            let mut stands = false;
            path.visit(self.sent, &mut |_, _| stands = true);
            return stands;
        }
        if let Some((list, text)) = row.item() {
            let items = self.get(list).into_iter().flat_map(View::items);
            return items.filter_map(View::text).any(|item| item == text);
        }
        let Some(value) = self.get(&row.param) else { return false };
        let scalar = Scalar::read(value);
        let is_exempt = scalar.as_ref().is_some_and(|scalar| row.unless.contains(scalar));
        let holds = row
            .when
            .iter()
            .all(|(param, values)| self.effective(param).is_some_and(|value| values.contains(&value)));
        let bites = match &row.verb {
            Verb::Rename(_) | Verb::Drop | Verb::Refuse => true,
            Verb::Allow { values, .. } => scalar.is_some_and(|scalar| !values.contains(&scalar)),
            Verb::Clamp { max, .. } => value.number().zip(*max).is_some_and(|(number, max)| number > max),
        };
        !is_exempt && holds && bites
    }

    fn get(&self, path: &str) -> Option<View<'_>> {
        path.split('.').try_fold(self.sent, View::get).filter(|value| !value.is_null())
    }

    fn effective(&self, path: &str) -> Option<Scalar> {
        match self.get(path) {
            Some(value) => Scalar::read(value),
            None => self.target.profile.default(self.dialect, path).cloned(),
        }
    }

    fn unsupported(&self, param: &str, instead: Option<&str>) -> Option<Row> {
        if let Some(other) = other_cap(self.dialect, param) {
            let to = instead.filter(|name| is_cap(name) && *name != param).unwrap_or(other);
            let back =
                |row: &Row| row.param == to && matches!(&row.verb, Verb::Rename(name) if name == param);
            let version = self.target.version(self.dialect);
            let unknown = version.into_iter().flat_map(|version| version.unknown(self.dialect));
            // Where Azure takes neither name, renaming would go round in circles.
            if !self.rows().iter().chain(unknown).any(back) {
                let why = format!("Azure said that it takes `{to}` here in place of `{param}`.");
                return Some(row(param, Verb::Rename(to.to_owned()), why));
            }
        }
        let why = format!("Azure said that it does not take `{param}` here.");
        removal(self.dialect, param, why)
    }

    fn value(&self, param: &str, value: &str, taken: &[Scalar], only: bool) -> Option<Row> {
        if param.strip_suffix(".type") == Some(parameter_names(self.dialect).format) {
            return Some(format(
                self.dialect,
                self.get(param)?.text().as_deref().filter(|kind| *kind == value)?,
            ));
        }
        let listed = || taken.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        // If Azure quotes only a part of the client's value, the rest of the message may contain the client's own text.
        let sent = Scalar::read(self.get(param)?)?;
        let quoted = match &sent {
            Scalar::Text(sent) => sent == value,
            Scalar::Bool(_) | Scalar::Number(_) => true,
        };
        if !quoted {
            return None;
        }
        let why = format!("Azure said that it takes `{param}` here only as {}.", listed());
        if let Some(order) = order(self.dialect, param) {
            return ordered(param, order, taken, why);
        }
        if matches!(sent, Scalar::Text(_)) && !only {
            return refused_value(self.dialect, param, sent, taken);
        }
        if taken.is_empty() {
            return None;
        }
        Some(Row { unless: taken.to_vec(), ..removal(self.dialect, param, why)? })
    }

    fn only_beside(&self, param: &str, beside: &str) -> Option<Row> {
        // A guard can test for the absent parameter only if its default is `false`.
        let off = Scalar::Bool(false);
        if self.target.profile.default(self.dialect, beside) != Some(&off) {
            return None;
        }
        let why = format!("Azure said that it takes `{param}` only beside `{beside}: true`.");
        let when = vec![(beside.to_owned(), vec![off])];
        Some(Row { when, ..removal(self.dialect, param, why)? })
    }

    fn stream(&self) -> Option<Lesson> {
        (self.get("stream")?.boolean() == Some(true)).then_some(Lesson::Synthesize)
    }

    /// Returns the role that replaces the refused one, if the call has the refused one.
    fn role(&self, refused: &str) -> Option<Lesson> {
        let mut messages = self.get(parameter_names(self.dialect).messages)?.items();
        if !messages.any(|message| message.get("role").and_then(View::text).as_deref() == Some(refused)) {
            return None;
        }
        let now = self.target.profile.system_role;
        let learned = super::learned::is_learned(&self.target.profile, self.dialect, "rename.role");
        let version = self.target.version(self.dialect);
        let has_developer = version.is_none_or(|version| version.developer_role);
        let next = match (refused, now) {
            ("system", SystemRole::System) if learned => SystemRole::MergeIntoUser,
            ("system", SystemRole::Any | SystemRole::System | SystemRole::Developer) if has_developer => {
                SystemRole::DeveloperOnly
            }
            ("system", SystemRole::Any | SystemRole::System | SystemRole::Developer)
            | ("developer", SystemRole::DeveloperOnly) => SystemRole::MergeIntoUser,
            ("developer", SystemRole::Any | SystemRole::Developer) => SystemRole::System,
            // The role is another one, or a policy keeps it.
            _ => return None,
        };
        Some(Lesson::SystemRole(next))
    }

    /// Returns the named api-version if it is plausible and newer than the one that was sent.
    fn version(&self, text: &str) -> Option<Lesson> {
        let version: ApiVersion = text.parse().ok()?;
        let plausible = text.get(..4).is_some_and(|year| ("2023"..="2039").contains(&year));
        let newer = matches!(self.target.surface, Surface::Dated(_))
            && self.target.version(self.dialect).is_some_and(|sent| sent.name.is_before(&version));
        (plausible && newer).then_some(Lesson::ApiVersion(version))
    }

    /// Returns the other dialect, in place of one that does not serve the model. Azure answers the same for a retired
    /// model, which the other dialect does not serve either.
    fn dialects(&self, refused: Option<&str>) -> Option<Lesson> {
        let (name, other) = match self.dialect {
            Dialect::Chat => ("chat", Dialect::Responses),
            Dialect::Responses => ("response", Dialect::Chat),
        };
        let profile = &self.target.profile;
        let was_refused =
            profile.origins.get("operations").is_some_and(|origin| origin == super::lesson::LEARNED)
                && !profile.dialects.contains(&other);
        let is_this = refused.is_none_or(|refused| refused.starts_with(name));
        (is_this && !was_refused && profile.dialects != [other]).then(|| Lesson::Dialects(vec![other]))
    }

    /// Limits replayed reasoning to one answer. If Azure still refuses it, to none.
    fn less_replayed_reasoning(&self) -> Option<Lesson> {
        let is_reasoning =
            |item: &View<'_>| item.get("type").and_then(View::text).as_deref() == Some("reasoning");
        let next = match (
            self.target.profile.replayed_reasoning,
            self.get("input")?.items().filter(is_reasoning).count(),
        ) {
            (ReplayedReasoning::All | ReplayedReasoning::Turn, 2..) => ReplayedReasoning::Last,
            (ReplayedReasoning::Last, 1..) => ReplayedReasoning::None,
            _ => return None,
        };
        Some(Lesson::ReplayedReasoning(next))
    }

    fn tools_with_effort(&self) -> Option<Lesson> {
        if self.dialect != Dialect::Chat {
            return None;
        }
        self.get("tools").or_else(|| self.get("functions"))?;
        let none = Scalar::Text("none".to_owned());
        let is_none = self.get("reasoning_effort").and_then(Scalar::read).as_ref() == Some(&none);
        let maps_none = |row: &Row| match &row.verb {
            Verb::Allow { values, .. } => &*row.id == "map.reasoning_effort" && !values.contains(&none),
            _ => false,
        };
        let now = self.target.profile.tools_with_effort;
        let hopeless = is_none || self.rows().iter().any(maps_none);
        match now {
            ToolsWithEffort::Any if !hopeless => Some(Lesson::ToolsWithEffort(ToolsWithEffort::OnlyNone)),
            ToolsWithEffort::Any | ToolsWithEffort::OnlyNone if hopeless => {
                Some(Lesson::ToolsWithEffort(ToolsWithEffort::Never))
            }
            ToolsWithEffort::Any | ToolsWithEffort::OnlyNone | ToolsWithEffort::Never => None,
        }
    }
}
