//! A call with all that decides what becomes of it: who asks, on which route, under which policy. Whatever makes calls
//! begins them here, so that `azgate explain` prints what the gateway would send.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue};

use crate::{
    auth::Caller,
    balance::Route,
    call::{ApiVersion, Body, Call, Edit, Operation, Refusal, ReplyPlan},
    gateway::Gateway,
    json::{self, Document},
    objects::{self, StoredObject},
    translate::{self, Lossy, Policy, Target},
    upstream::Segments,
};

/// A call that may be made.
#[derive(Debug)]
pub struct Exchange {
    /// What serves it.
    pub gateway: Arc<Gateway>,
    /// Who asks.
    pub caller: Caller,
    /// The client's headers.
    pub headers: HeaderMap,
    /// What is asked.
    pub call: Call,
    /// The model that is asked.
    pub route: Arc<Route>,
    /// What the caller says of changes that lose something.
    lossy: Option<Lossy>,
}

/// A call as a deployment takes it.
#[derive(Debug)]
pub struct Planned {
    /// The operation that Azure is asked for.
    pub operation: &'static Operation,
    /// The dated api-version; `None` on the v1 surface.
    pub api_version: Option<ApiVersion>,
    /// The body that is sent.
    pub body: Segments,
    /// What was changed, in order.
    pub edits: Vec<Edit>,
    /// How the answer goes back; `None` where it passes as it comes.
    pub reply: Option<ReplyPlan>,
}

/// Why a call cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unplanned {
    /// A header of azgate's own has a value that it does not know.
    Header {
        /// Its name.
        name: &'static str,
        /// The values that it may have.
        expected: &'static str,
    },
    /// The call names an object that Azure stores, and whose it is cannot be known.
    Object(StoredObject),
    /// Azure would refuse the call, and no translation that the policy allows helps.
    Refused(Refusal),
}

impl From<Refusal> for Unplanned {
    fn from(refusal: Refusal) -> Unplanned {
        Unplanned::Refused(refusal)
    }
}

/// The header by which a caller accepts or refuses losses.
const LOSSY: &str = "x-azgate-lossy";

impl Exchange {
    /// Begins a call of `caller` to a model.
    ///
    /// # Errors
    /// When a header of azgate's own has an unknown value, or the call names a stored object that may be another
    /// caller's.
    pub fn begin(
        gateway: Arc<Gateway>,
        caller: Caller,
        headers: HeaderMap,
        mut call: Call,
        route: Arc<Route>,
    ) -> Result<Exchange, Unplanned> {
        call.body.json().map_or(Ok(()), |body| names_no_object(&gateway, call.operation, body))?;
        let lossy = lossy(&headers)?;
        call.stateless = !gateway.objects_are_shared;
        Ok(Exchange { gateway, caller, headers, call, route, lossy })
    }

    /// Plans the call for a deployment.
    ///
    /// # Errors
    /// When Azure would refuse the call and no translation that the policy allows helps.
    pub fn plan(&self, target: &Target) -> Result<Planned, Unplanned> {
        let Some(dialogue) = self.call.dialogue() else { return Ok(self.passed(target)) };
        let mut plan = translate::plan(&dialogue, target, &self.policy())?;
        // Bridging can create object ids, so check again.
        if let Some(bridged) = &plan.bridged {
            names_no_object(&self.gateway, Operation::of(plan.dialect), &bridged.dialogue.body)?;
        }
        let body = json::apply(plan.body(&dialogue.body), plan.changes()).into();
        let (operation, edits) = (Operation::of(plan.dialect), plan.take_edits());
        Ok(Planned { operation, api_version: plan.api_version, body, edits, reply: Some(plan.reply) })
    }

    /// The call as it is, but for the deployment's name.
    fn passed(&self, target: &Target) -> Planned {
        let operation = self.call.operation;
        let body = match &self.call.body {
            Body::Json(body) => {
                let named = translate::named_deployment(operation, body, target);
                json::apply(body, named.as_ref()).into()
            }
            Body::Multipart(bytes) | Body::Opaque(bytes) => bytes.clone().into(),
        };
        let api_version = target.surface.version_of(operation);
        Planned { operation, api_version, body, edits: Vec::new(), reply: None }
    }

    /// The policy of the call: the caller's own header, then the key's layer, the model's and everyone's.
    fn policy(&self) -> Policy<'_> {
        let key = self.caller.key().map(|key| &key.policy);
        Policy { call: self.lossy, layers: [key, Some(&self.route.policy), Some(&self.gateway.policy)] }
    }
}

/// Checks that a body names no stored object, unless all callers share what Azure stores.
fn names_no_object(gateway: &Gateway, operation: &Operation, body: &Document) -> Result<(), Unplanned> {
    let named = if gateway.objects_are_shared { None } else { objects::first_id(body, operation.takes) };
    named.map_or(Ok(()), |object| Err(Unplanned::Object(object)))
}

/// Reads what the caller says of changes that lose something.
fn lossy(headers: &HeaderMap) -> Result<Option<Lossy>, Unplanned> {
    let mut words = headers.get_all(LOSSY).iter().map(HeaderValue::as_bytes);
    match (words.next(), words.next()) {
        (None, _) => Ok(None),
        (Some(word), None) if word.eq_ignore_ascii_case(b"refuse") => Ok(Some(Lossy::Refuse)),
        (Some(word), None) if word.eq_ignore_ascii_case(b"allow") => Ok(Some(Lossy::Allow)),
        _ => Err(Unplanned::Header { name: LOSSY, expected: "`refuse` or `allow`" }),
    }
}
