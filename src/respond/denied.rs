//! Tells apart why Azure refuses azgate itself with a 401 or a 403, and says what the operator can do. The client is
//! not at fault, but it reads the reason, because the operator often is the same person.

use std::borrow::Cow;

/// Why Azure refuses azgate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The code that the client reads.
    pub code: &'static str,
    /// The status that the client gets.
    pub status: u16,
    /// The reason, behind the words "because".
    reason: &'static str,
    /// What to do.
    remedy: &'static str,
    /// What Azure's answers of this kind have in their code or message, in lower case. A `*` stands for any text.
    marks: &'static [&'static str],
}

/// The kinds, the most telling first. The last one fits every answer.
const DENIALS: [Denial; 8] = [
    Denial {
        code: "upstream_key_authentication_disabled",
        status: 502,
        reason: "it takes no API keys",
        remedy: "Allow key authentication on the resource (its property `disableLocalAuth`), or use a resource that \
                 allows it.",
        // sample-app-aoai-chatGPT#1000: {"code":"AuthenticationTypeDisabled","message":"Key based authentication is
        // disabled for this resource."}
        marks: &["authenticationtypedisabled", "key based authentication is disabled"],
    },
    Denial {
        code: "upstream_network_rules",
        status: 502,
        reason: "its network rules do not let azgate in",
        remedy: "Add azgate's address or subnet to the resource's network rules, or reach the resource through its \
                 private endpoint and the DNS zone of it.",
        // azure-sql-db-chatbot#3, continue#12547, TabularEditor3#1557. API Management, Front Door and gateways have
        // rules about addresses too.
        marks: &[
            "virtual network",
            "firewall",
            "public access is disabled",
            "public network access is disabled",
            "private endpoint",
            "network security perimeter",
            "network acl",
            "client address",
            "client ip",
            "caller ip",
            "your ip ",
            "source ip",
            "ip address",
            " ip * not ",
            " ip * blocked",
            " ip * denied",
            " ip * forbidden",
            "ip_not_",
            "ipnot",
            "ip filter",
        ],
    },
    Denial {
        code: "upstream_region",
        status: 502,
        reason: "it does not serve the country or region from which azgate calls",
        remedy: "Run azgate in a region that the service supports.",
        // OpenAI's words for `unsupported_country_region_territory`.
        marks: &["country", "territory", "your region", "your location"],
    },
    Denial {
        code: "upstream_missing_role",
        status: 502,
        reason: "the identity behind the credential lacks a role",
        remedy: "Give that identity the role `Cognitive Services OpenAI User` on the resource, and wait some minutes.",
        // azure-sdk-for-python#44842: "The principal … lacks the required data action …", status 401;
        // azure-ai-studio-secure-bicep#17: "Principal does not have access to API/Operation."
        marks: &[
            "permissiondenied",
            "lacks the required data action",
            "does not have access to api/operation",
        ],
    },
    Denial {
        code: "upstream_subscription",
        status: 502,
        reason: "its subscription is not active",
        remedy: "Look at the state of the subscription in the Azure portal.",
        marks: &[
            "subscription * disabled",
            "subscription * not active",
            "subscription * inactive",
            "subscription * suspended",
            "subscription * cancel",
            "subscriptiondisabled",
            "subscriptionnotactive",
            "disabledsubscription",
            "disabled subscription",
        ],
    },
    Denial {
        code: "insufficient_quota",
        status: 429,
        reason: "its quota is used up",
        remedy: "Look at the quota in the Azure portal.",
        // node-bing-api#34: "Out of call volume quota. Quota will be replenished in 22.14:18:12." (API Management)
        marks: &["quota", "temporarily blocked"],
    },
    Denial {
        code: "upstream_wrong_tenant",
        status: 502,
        reason: "the token is not one for this resource",
        remedy: "Check the tenant and the audience of the token.",
        // ai-rag-chat-evaluator#94, azure-search-openai-demo#458.
        marks: &["does not match resource t", "access token is missing, invalid"],
    },
    Denial {
        code: "upstream_authentication",
        status: 502,
        reason: "it does not take azgate's credential",
        remedy: "Check the resource's `api_key` and `endpoint` in azgate's config.",
        marks: &[""],
    },
];

impl Denial {
    /// Finds the kind by the code and the message of Azure's answer.
    pub(super) fn of(code: &str, message: &str) -> Denial {
        let said = format!("{code} {message}").to_ascii_lowercase();
        let [.., other] = DENIALS;
        DENIALS.into_iter().find(|denial| denial.marks.iter().any(|mark| has(&said, mark))).unwrap_or(other)
    }

    /// Returns the message for the client. `said` is Azure's own message.
    pub(super) fn message(&self, resource: &str, status: u16, said: &str) -> String {
        let Denial { reason, remedy, .. } = self;
        let said = without_secrets(said.trim());
        let said = if said.is_empty() { String::new() } else { format!(" Azure's words: {said}") };
        format!("The resource `{resource}` refused azgate with status {status}: {reason}. {remedy}{said}")
    }

    /// Returns the reason, for the log.
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

/// Returns whether a text has the pieces of a mark, in their order.
fn has(said: &str, mark: &str) -> bool {
    let rest = mark.split('*').try_fold(said, |rest, piece| {
        let at = rest.find(piece)?;
        rest.get(at + piece.len()..)
    });
    rest.is_some()
}

/// The length from which an unbroken run of letters and digits may be a key. Azure's keys have 32 digits or 84 letters
/// and digits. A word of a message is shorter, and the ids of principals and tenants are broken by dashes.
const KEY: usize = 28;

/// Returns a text without what may be a key or a token, in case something between quotes azgate's own.
fn without_secrets(text: &str) -> Cow<'_, str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '+' | '=');
    let mut out = String::new();
    let mut rest = text;
    while let Some(begin) = rest.find(is_part) {
        let (before, from) = rest.split_at_checked(begin).unwrap_or((rest, ""));
        let end = from.find(|letter| !is_part(letter)).unwrap_or(from.len());
        let (word, behind) = from.split_at_checked(end).unwrap_or((from, ""));
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        out.push_str(before);
        out.push_str(if word.len() >= KEY && has_digit { "[…]" } else { word });
        rest = behind;
    }
    if out.len() + rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn azures_refusals_are_told_apart() {
        for (code, message, expected) in [
            (
                "AuthenticationTypeDisabled",
                "Key based authentication is disabled for this resource.",
                "upstream_key_authentication_disabled",
            ),
            (
                "PermissionDenied",
                "The principal `377025c5-0931-437c-bffe-0b4ee77d31bb` lacks the required data action \
                 `Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action` to perform `POST \
                 /openai/deployments/{deployment-id}/chat/completions` operation.",
                "upstream_missing_role",
            ),
            ("PermissionDenied", "Principal does not have access to API/Operation.", "upstream_missing_role"),
            ("403", "Access denied due to Virtual Network/Firewall rules.", "upstream_network_rules"),
            (
                "403",
                "Public access is disabled. Please configure private endpoint.",
                "upstream_network_rules",
            ),
            (
                "403",
                "A Virtual Network is configured for this resource. Please use the correct endpoint for making \
                 requests. Check https://aka.ms/cogsvc-vnet for more details.",
                "upstream_network_rules",
            ),
            ("", "Out of call volume quota. Quota will be replenished in 22.14:18:12.", "insufficient_quota"),
            (
                "Forbidden",
                "Client address 1.2.3.4 is not authorized and caller is not a trusted service.",
                "upstream_network_rules",
            ),
            ("403", "IP 1.2.3.4 not allowed", "upstream_network_rules"),
            ("", "IP address 1.2.3.4 is blocked by policy", "upstream_network_rules"),
            ("Forbidden", "Your IP is not allowed to call this API.", "upstream_network_rules"),
            (
                "unsupported_country_region_territory",
                "Country, region, or territory not supported",
                "upstream_region",
            ),
            ("ReadOnlyDisabledSubscription", "The subscription 'x' is disabled.", "upstream_subscription"),
            ("401", "Your subscription is not active.", "upstream_subscription"),
            ("", "Token tenant x does not match resource tenant.", "upstream_wrong_tenant"),
            (
                "401",
                "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key \
                 for an active subscription and use a correct regional API endpoint for your resource.",
                "upstream_authentication",
            ),
            ("", "", "upstream_authentication"),
        ] {
            assert_eq!(Denial::of(code, message).code, expected, "{message}");
        }
    }

    #[test]
    fn only_a_quota_is_worth_a_retry() {
        for denial in DENIALS {
            assert_eq!(denial.status == 429, denial.code == "insufficient_quota", "{}", denial.code);
        }
    }

    #[test]
    fn the_client_reads_azures_words_without_a_key() {
        let key = "0123456789abcdef0123456789abcdef";
        let principal = "377025c5-0931-437c-bffe-0b4ee77d31bb";
        let said = format!("The key {key} of {principal} is wrong.");
        let message = Denial::of("", &said).message("main", 401, &said);
        assert!(!message.contains(key) && message.contains(principal), "{message}");
        assert!(message.contains("`main`") && message.contains("The key […] of"), "{message}");
        assert_eq!(without_secrets("é no key"), "é no key");
    }
}
