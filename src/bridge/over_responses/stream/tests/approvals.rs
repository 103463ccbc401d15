//! Requests for an approval, which a stream of chat chunks has no place for.

use super::*;

fn request(id: u32) -> Value {
    json!({"type": "mcp_approval_request", "id": format!("mcpr_{id}"), "server_label": "gh", "name": "list",
        "arguments": "{}"})
}

/// Returns the text that the client reads.
fn said(events: &[Value]) -> String {
    let (deltas, last) = deltas(&mut chunks(false, &[]), events);
    assert_eq!(last.unwrap()["choices"][0]["finish_reason"], "stop");
    deltas.iter().filter_map(|delta| delta["content"].as_str()).collect()
}

#[test]
fn a_request_for_an_approval_is_said_once_however_it_comes() {
    let notice = |id: u32| {
        format!(
            "The MCP server `gh` waits for an approval before it runs `list` with {{}}. A chat completion cannot give \
             it: set `require_approval` of this tool to \"never\", or call /v1/responses and answer `mcpr_{id}` there."
        )
    };
    let both = [item_done(0, &request(1)), completed(&json!([request(1)]))];
    assert_eq!(said(&both), notice(1));
    assert_eq!(said(&[completed(&json!([request(1)]))]), notice(1));
    assert_eq!(
        said(&[item_done(0, &request(1)), item_done(0, &request(1)), completed(&json!([]))]),
        notice(1)
    );
    let behind = [
        text_delta("I look."),
        item_done(0, &message("I look.")),
        item_done(1, &request(1)),
        item_done(2, &request(2)),
        completed(&json!([message("I look."), request(1), request(2)])),
    ];
    assert_eq!(said(&behind), format!("I look.\n\n{}\n\n{}", notice(1), notice(2)));
}
