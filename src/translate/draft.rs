//! A call while the rules work on it: the outline of the received call, the edits so far, and the combined view.

use std::{borrow::Cow, collections::HashSet};

use crate::{
    bridge::Loss,
    call::{
        ApiVersion, Change, Copies, Dialect, Dialogue, Edit, Effect, Refusal, ReplyPlan, ReplyTweak, RuleId,
    },
    catalog::{Profile, Row, Scalar},
    json::{self, Pointer, View},
};

use super::{
    edited_params::{EditedParams, ParamValue},
    learn,
    parameter_names::{ParameterNames, parameter_names},
    policy::{Action, Lossy, Policy},
    target::{Target, Version},
};

/// A message of the call's outline. On the Responses API these are the items of `input` that have a role.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// Its index in the list of items.
    pub index: usize,
    /// The whole message.
    pub view: View<'a>,
    /// Its role after the edits so far.
    pub role: Cow<'a, str>,
    /// Whether an edit removed it.
    pub removed: bool,
}

/// The parts of a finished draft: its edits, the api-version, and how the answer goes back.
pub(super) type FinishedDraft = (Vec<Edit>, Option<ApiVersion>, ReplyPlan);

/// The state that rules read and add to.
#[derive(Debug)]
pub struct Draft<'a> {
    /// The received call.
    pub call: &'a Dialogue<'a>,
    /// The dialect of the client, in which the answer goes back.
    pub asked: Dialect,
    /// The deployment that the call is translated for.
    pub target: &'a Target,
    /// The outline of its messages.
    pub messages: Vec<Message<'a>>,
    /// How the answer goes back to the client.
    pub reply: ReplyPlan,
    /// Whether the call is being prepared for the bridge to the other dialect.
    pub bridging: bool,
    /// How many times the call is made.
    pub copies: Copies,
    /// Sequences at which azgate itself cuts the answer.
    pub cut_at: Vec<String>,
    policy: &'a Policy<'a>,
    version: Option<&'a Version>,
    params: EditedParams<'a>,
    removed_items: HashSet<Pointer>,
    edits: Vec<Edit>,
}

impl<'a> Draft<'a> {
    /// Makes a draft without edits.
    pub fn new(call: &'a Dialogue<'a>, target: &'a Target, policy: &'a Policy<'a>) -> Draft<'a> {
        let list = call.body.root().get(parameter_names(call.dialect).messages);
        let messages = list.into_iter().flat_map(View::items).enumerate();
        let messages = messages.filter(|(_, item)| call.dialect == Dialect::Chat || is_message(*item));
        let outline = |(index, view): (usize, View<'a>)| Message {
            index,
            view,
            role: view.get("role").and_then(View::text).unwrap_or_default(),
            removed: false,
        };
        Draft {
            call,
            asked: call.dialect,
            target,
            messages: messages.map(outline).collect(),
            reply: ReplyPlan {
                dialect: call.dialect,
                normalize: target.options.normalize_stream.unwrap_or(call.normalize),
                ..ReplyPlan::default()
            },
            bridging: false,
            copies: Copies::default(),
            cut_at: Vec::new(),
            policy,
            version: target.configured.as_ref(),
            params: EditedParams::new(&call.body),
            removed_items: HashSet::new(),
            edits: Vec::new(),
        }
    }

    /// Returns the same draft for a client of this dialect.
    #[must_use]
    pub(super) fn answering(self, asked: Dialect) -> Draft<'a> {
        Draft { asked, ..self }
    }

    /// Returns the family that the call is translated for.
    pub fn profile(&self) -> &'a Profile {
        &self.target.profile
    }

    /// Returns the dialect's names of the parameters that rules read.
    pub fn parameter_names(&self) -> &'static ParameterNames {
        parameter_names(self.call.dialect)
    }

    /// Returns the family's parameter table for the dialect.
    pub fn rows(&self) -> &'a [Row] {
        self.profile().rows(self.call.dialect)
    }

    /// Returns the place in the body of the message with this index among the messages.
    pub fn message_pointer(&self, message: usize) -> Pointer {
        let index = self.messages.get(message).map_or(message, |message| message.index);
        Pointer::key(self.parameter_names().messages).item(index)
    }

    /// Returns the dated api-version that will be sent; `None` on v1.
    pub fn version(&self) -> Option<&'a Version> {
        self.version
    }

    /// Returns whether the surface knows the `developer` role.
    pub fn knows_developer_role(&self) -> bool {
        self.version.is_none_or(|version| version.developer_role)
    }

    /// Returns whether the family's table has a row for a parameter.
    pub fn has_row(&self, param: &str) -> bool {
        self.rows().iter().any(|row| row.param == param)
    }

    /// Returns the present value of a parameter, which is a top-level key or a dotted path. `None` if it is absent or
    /// null.
    pub fn get(&self, path: &str) -> Option<ParamValue<'a>> {
        self.params.get(path)
    }

    /// Returns whether a parameter is present and not null.
    pub fn has(&self, path: &str) -> bool {
        self.get(path).is_some()
    }

    /// Returns whether a top-level parameter is present and null.
    pub fn is_null(&self, key: &str) -> bool {
        self.params.is_null(key)
    }

    /// Returns the items at a place that no edit removed.
    pub fn items(&self, list: View<'a>, at: &Pointer) -> Vec<(usize, View<'a>)> {
        let kept = |index: usize| {
            self.removed_items.is_empty() || !self.removed_items.contains(&at.clone().item(index))
        };
        list.items().enumerate().filter(|(index, _)| kept(*index)).collect()
    }

    /// Returns the effective value of a parameter: its own value, or Azure's default for this family.
    pub fn effective(&self, path: &str) -> Option<Scalar> {
        match self.get(path) {
            Some(value) => value.scalar(),
            None => self.profile().default(self.call.dialect, path).cloned(),
        }
    }

    /// Returns whether the client asked for the usage chunk. A Responses stream always reports its usage.
    pub fn wants_usage(&self) -> bool {
        self.call.dialect == Dialect::Chat
            && self.get("stream_options.include_usage").and_then(|value| value.scalar())
                == Some(Scalar::Bool(true))
    }

    /// Changes the body if the policy allows it. Returns `true` if the change was made.
    pub fn edit(
        &mut self,
        rule: &str,
        effect: Effect,
        why: impl Into<Cow<'static, str>>,
        change: json::Change,
    ) -> Result<bool, Refusal> {
        self.change(rule, Action::Apply, effect, why.into(), change)
    }

    /// Refuses the call, unless the policy says to pass it on, or to make `instead` as a lossy change.
    pub fn refuse(
        &mut self,
        rule: &str,
        why: impl Into<Cow<'static, str>>,
        instead: json::Change,
    ) -> Result<bool, Refusal> {
        self.change(rule, Action::Refuse, Effect::Lossy, why.into(), instead)
    }

    /// Refuses the call unless the policy says to pass it on. No change could replace the refusal.
    pub fn refuse_outright(&self, rule: &str, param: &str, why: &str) -> Result<(), Refusal> {
        if self.policy.action(rule, Action::Refuse, Effect::Lossy) == Action::Pass {
            return Ok(());
        }
        Err(self.refused((rule, Action::Refuse, false), param, why))
    }

    /// Records that the call changes to another dialect because of a parameter, if the policy allows it. Returns `true`
    /// if it does.
    pub(super) fn cross(
        &mut self,
        rule: &str,
        param: &str,
        to: Dialect,
        why: &'static str,
    ) -> Result<bool, Refusal> {
        match self.policy.action(rule, Action::Apply, Effect::Same) {
            Action::Pass => Ok(false),
            Action::Refuse => Err(self.refused((rule, Action::Apply, true), param, why)),
            Action::Apply => {
                let change = Change::Dialect { from: self.call.dialect, to };
                self.push(rule, change, Effect::Same, why.into());
                Ok(true)
            }
        }
    }

    /// Returns whether the policy gives a rule the action `apply` by name.
    pub(super) fn is_applied(&self, rule: &str) -> bool {
        self.policy.action(rule, Action::Refuse, Effect::Same) == Action::Apply
    }

    /// Records a loss of the bridge. A policy can only refuse a loss.
    pub(super) fn report_loss(&mut self, loss: Loss) -> Result<(), Refusal> {
        let Loss { rule, at, why, same } = loss;
        let effect = if same { Effect::Same } else { Effect::Lossy };
        // The value cannot be passed on. A caller who accepts no loss gets a refusal, so no loss is reported.
        let unreported = effect == Effect::Lossy && self.policy.call == Some(Lossy::Refuse);
        match self.policy.action(rule, Action::Apply, effect) {
            Action::Pass if !unreported => {}
            Action::Refuse | Action::Pass => {
                return Err(self.refused((rule, Action::Apply, true), &at.to_string(), &why));
            }
            Action::Apply => {}
        }
        self.push(rule, Change::Lost { at }, effect, why);
        Ok(())
    }

    /// Records a lossless change to the answer that follows from an edit.
    pub fn tweak(&mut self, rule: &str, tweak: ReplyTweak, why: &'static str) {
        self.push(rule, Change::Reply(tweak), Effect::Same, why.into());
    }

    /// Raises the api-version above the configured one, if the policy allows it.
    pub fn raise_version(&mut self, rule: &str, to: &'a Version, why: String) -> Result<(), Refusal> {
        let Some(from) = self.version else { return Ok(()) };
        match self.policy.action(rule, Action::Apply, Effect::Same) {
            Action::Pass => Ok(()),
            Action::Refuse => Err(self.refused((rule, Action::Apply, true), "api-version", &why)),
            Action::Apply => {
                self.version = Some(to);
                let change = Change::ApiVersion { from: from.name.clone(), to: to.name.clone() };
                self.push(rule, change, Effect::Same, why.into());
                Ok(())
            }
        }
    }

    /// Returns whether any rule has made an edit.
    pub(super) fn is_edited(&self) -> bool {
        !self.edits.is_empty()
    }

    /// Returns whether a rule has made an edit.
    pub fn has_edit(&self, rule: &str) -> bool {
        self.edits.iter().any(|edit| &*edit.rule == rule)
    }

    pub(super) fn finish(self) -> FinishedDraft {
        (self.edits, self.version.map(|version| version.name.clone()), self.reply)
    }

    fn change(
        &mut self,
        rule: &str,
        default: Action,
        effect: Effect,
        why: Cow<'static, str>,
        change: json::Change,
    ) -> Result<bool, Refusal> {
        match self.policy.action(rule, default, effect) {
            Action::Pass => Ok(false),
            Action::Refuse => Err(self.refused((rule, default, true), &change.at().to_string(), &why)),
            Action::Apply => {
                let change = self.params.completed(change);
                self.record(&change);
                self.push(rule, Change::Body(change), effect, why);
                Ok(true)
            }
        }
    }

    fn push(&mut self, rule: &str, change: Change, effect: Effect, why: Cow<'static, str>) {
        let learned = self.is_learned(rule);
        self.edits.push(Edit { rule: RuleId::from(rule), change, effect, why, learned });
    }

    /// Makes the refusal of a rule, which a policy can change. The rule comes with its own default, and whether there
    /// is a change that could replace its refusal.
    fn refused(&self, (rule, default, instead): (&str, Action, bool), param: &str, why: &str) -> Refusal {
        let policy = self.policy.remedy(rule, default, instead);
        Refusal { policy, ..self.refusal(rule, param, why) }
    }

    /// Makes the refusal of a call that no edit can express. A policy can only leave the call as it is.
    pub(super) fn refusal(&self, rule: &str, param: &str, why: &str) -> Refusal {
        Refusal {
            policy: format!(
                "A policy with `rules = {{ \"{rule}\" = \"pass\" }}` sends the call to Azure as it is."
            ),
            rule: RuleId::from(rule),
            param: param.to_owned(),
            family: self.profile().name.clone(),
            why: why.to_owned(),
        }
    }

    fn is_learned(&self, rule: &str) -> bool {
        learn::is_learned(self.profile(), self.call.dialect, rule)
    }

    /// Updates the combined view for later rules.
    fn record(&mut self, change: &json::Change) {
        self.params.record(change);
        match change {
            json::Change::Set { at, value } => {
                if let (Some(message), Some("role")) = self.message_member(at) {
                    let role =
                        json::text::unquote(&value.render(self.call.body.source())).map(Cow::into_owned);
                    if let (Some(message), Some(role)) = (self.messages.get_mut(message), role) {
                        message.role = Cow::Owned(role);
                    }
                }
            }
            json::Change::Remove { at } => {
                if let (Some(message), None) = self.message_member(at)
                    && let Some(message) = self.messages.get_mut(message)
                {
                    message.removed = true;
                } else if let Some(json::Step::Index(_)) = at.steps().last() {
                    self.removed_items.insert(at.clone());
                }
            }
            json::Change::Rename { .. } | json::Change::Insert { .. } => {}
        }
    }

    /// Returns the message that contains a place, and the name of the member if the place is a member of the message.
    fn message_member<'p>(&self, at: &'p Pointer) -> (Option<usize>, Option<&'p str>) {
        let (index, member) = match at.steps() {
            [json::Step::Key(key), json::Step::Index(index)] if key == self.parameter_names().messages => {
                (index, None)
            }
            [json::Step::Key(key), json::Step::Index(index), json::Step::Key(member)]
                if key == self.parameter_names().messages =>
            {
                (index, Some(&**member))
            }
            _ => return (None, Some("")),
        };
        (self.messages.binary_search_by_key(index, |message| message.index).ok(), member)
    }
}

/// Returns whether an item of a Responses call's input is a message.
fn is_message(item: View<'_>) -> bool {
    let kind = item.get("type").filter(|kind| !kind.is_null());
    item.get("role").is_some() && kind.is_none_or(|kind| kind.text().as_deref() == Some("message"))
}
