//! Hostile clients and careless operators: what a stranger can do to azgate without a key, and what a caller can do to
//! others with one.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
    time::timeout,
};

use crate::support::{
    ANSWER, Logs, Proxy, Raw, Refused, Reply, Upstream, client, command, hello, key, post, soon,
};

const CHAT: &str = "/v1/chat/completions";

/// Returns the value of a counter or gauge without labels.
fn metric(proxy: &Proxy, name: &str) -> u64 {
    let text = proxy.gateway.registry.metrics.text();
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("azgate_{name} ")).map(str::to_owned));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

/// Waits until a metric has a value.
async fn until_metric(proxy: &Proxy, name: &str, value: u64) {
    soon(async {
        while metric(proxy, name) != value {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

fn call(body: &str, more: &str) -> String {
    let length = body.len();
    format!("POST {CHAT} HTTP/1.1\r\nhost: localhost\r\n{more}content-length: {length}\r\n\r\n{body}")
}

#[tokio::test]
async fn a_client_that_closes_before_its_head_is_whole_is_gone_at_once() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let mut heads = 0;
    for begun in ["P", "PRI * HTTP/2.0\r\n\r\nSM", "GET /v1/mod", "GET /v1/models HTTP/1.1\r\nhost: "] {
        heads += 1;
        let mut raw = Raw::connect(&proxy).await;
        raw.send(begun).await;
        until_metric(&proxy, "connections", 1).await;
        raw.end().await;
        until_metric(&proxy, "connections", 0).await;
        assert_eq!(metric(&proxy, "unfinished_heads_total"), heads, "{begun}");
        // A connection without a byte is no unfinished head.
        drop(Raw::connect(&proxy).await);
    }
    until_metric(&proxy, "connections", 0).await;
    assert_eq!(metric(&proxy, "unfinished_heads_total"), heads);
    upstream.finish();
}

#[tokio::test]
async fn an_unfinished_head_takes_bounded_memory() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let mut raw = Raw::connect(&proxy).await;
    raw.send("GET /v1/models HTTP/1.1\r\nx: ").await;
    for _ in 0..70 {
        raw.send_or_closed("x".repeat(1024)).await;
    }
    assert!(raw.rest().await.starts_with("HTTP/1.1 431 "));
    upstream.finish();
}

#[tokio::test]
async fn connections_beyond_the_limit_are_answered_503_and_counted_and_a_closed_one_makes_room() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "[server]\nmax_connections = 2\n").await;
    let (first, second) = (Raw::connect(&proxy).await, Raw::connect(&proxy).await);
    until_metric(&proxy, "connections", 2).await;
    let mut third = Raw::connect(&proxy).await;
    third.send("GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let answer = third.answer().await;
    assert_eq!(answer.refused().summary(), (503, "server_error", "too_many_connections", None));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(third.rest().await, "");
    assert_eq!(metric(&proxy, "connections_refused_total"), 1);
    drop(first);
    until_metric(&proxy, "connections", 1).await;
    let mut fourth = Raw::connect(&proxy).await;
    fourth.send("GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert_eq!(fourth.answer().await.status, 200);
    drop(second);
    upstream.finish();
}

#[tokio::test]
async fn a_client_that_leaves_is_noticed_whatever_follows_its_body() {
    let body = hello("gpt-4.1");
    let pipelined = call(&body, "");
    let large = call(&"x".repeat(40_000), "");
    for extra in ["\r\n", "\n", "X", &pipelined, &large] {
        let logs = Logs::listen();
        let never = Arc::new(Notify::new());
        let upstream = Upstream::script([Reply::default().wait(&never)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let mut raw = Raw::connect(&proxy).await;
        raw.send(call(&body, "")).await;
        soon(async {
            while upstream.received().is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        raw.send(extra).await;
        drop(raw);
        let closed = timeout(Duration::from_secs(20), upstream.closed.notified()).await;
        closed.unwrap_or_else(|_| panic!("the call goes on after {extra:.20?}"));
        until_metric(&proxy, "connections", 0).await;
        assert_eq!(logs.call()["ended"], "client_gone", "{extra:.20}");
        upstream.finish();
    }
}

#[tokio::test]
async fn a_client_that_closes_its_sending_side_gets_an_answer_that_needs_no_azure() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for (body, extra) in [("{}", ""), ("{}", "\r\n"), (&*"x".repeat(5_000), "\n"), ("{", "GET /")] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(call(body, "") + extra).await;
        raw.end().await;
        assert_eq!(raw.answer().await.status, 400, "{body:.10} {extra}");
    }
    upstream.finish();
}

#[tokio::test]
async fn bytes_after_a_body_are_the_next_request_once_the_answer_is_complete() {
    let go_on = Arc::new(Notify::new());
    let first = Reply::default().wait(&go_on).then(Reply::json(200, ANSWER));
    let upstream = Upstream::script([first, Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let mut raw = Raw::connect(&proxy).await;
    let long = hello("gpt-4.1").replace("Hi", &"Hi ".repeat(40_000));
    raw.send(call(&hello("gpt-4.1"), "")).await;
    soon(async {
        while upstream.received().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // More than hyper reads at once follows, while the first call waits.
    raw.send(call(&long, "")).await;
    tokio::task::yield_now().await;
    go_on.notify_one();
    for _ in 0..2 {
        assert_eq!(raw.answer().await.status, 200);
    }
    assert_eq!(upstream.finish()[1].text(), long);
}

#[tokio::test]
async fn an_http_1_1_request_with_no_or_two_hosts_is_400() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, &key("a", "secret", "")).await;
    for hosts in [
        "",
        "host: a\r\nhost: a\r\n",
        "host: a\r\nHost: b\r\n",
        "host: \r\n",
        "host: a b\r\n",
        "host: u@a\r\n",
    ] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(format!("GET /v1/models HTTP/1.1\r\n{hosts}api-key: secret\r\n\r\n")).await;
        let expected = (400, "invalid_request_error", "invalid_host", None);
        assert_eq!(raw.answer().await.refused().summary(), expected, "{hosts}");
    }
    let mut raw = Raw::connect(&proxy).await;
    raw.send("GET /v1/models HTTP/1.0\r\napi-key: secret\r\n\r\n").await;
    assert!(raw.rest().await.starts_with("HTTP/1.0 200 "));
    upstream.finish();
}

#[tokio::test]
async fn without_keys_foreign_hosts_and_pages_are_refused_before_azure_is_asked() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1");
    for (headers, code) in [
        (&[("host", "evil.example")][..], "foreign_host"),
        (&[("host", "evil.example:8080")], "foreign_host"),
        (&[("host", "localhost.evil.example")], "foreign_host"),
        (&[("origin", "https://evil.example"), ("content-type", "text/plain")], "foreign_origin"),
        (&[("origin", "null")], "foreign_origin"),
        (&[("sec-fetch-site", "cross-site")], "foreign_origin"),
    ] {
        let refused = Refused::of(proxy.post(CHAT, body.clone(), headers).await).await;
        let expected = (403, "permission_error", code, None);
        assert_eq!(refused.summary(), expected, "{headers:?}");
    }
    let own = [("host", "localhost:1"), ("origin", "http://127.0.0.1:3000")];
    assert_eq!(proxy.post(CHAT, body.clone(), &own).await.status(), 200);
    upstream.only();
}

#[tokio::test]
async fn a_name_of_the_config_is_served_without_keys_and_with_keys_every_name_is() {
    let upstream = Upstream::script([]).await;
    let named = Proxy::start(&upstream, "[server]\nhosts = [\"AzGate.internal\"]\n").await;
    assert_eq!(named.get_with("/v1/models", &[("host", "azgate.internal:80")]).await.status(), 200);
    assert_eq!(named.get_with("/v1/models", &[("host", "other.internal")]).await.status(), 403);
    let keyed = Proxy::start(&upstream, &key("a", "secret", "")).await;
    let headers = [("host", "any.example"), ("origin", "https://any.example"), ("api-key", "secret")];
    let answer = keyed.get_with("/v1/models", &headers).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers().get("access-control-allow-origin"), None);
    upstream.finish();
}

#[tokio::test]
async fn a_browser_may_read_answers_for_the_listed_origins_only() {
    let upstream = Upstream::script([]).await;
    let origins = "[server]\ncors_origins = [\"https://Chat.example:443\"]\n";
    let proxy = Proxy::start(&upstream, &(origins.to_owned() + &key("a", "secret", ""))).await;
    let preflight = |proxy: &Proxy, origin: &str| {
        client()
            .build()
            .unwrap()
            .request(reqwest::Method::OPTIONS, format!("{}{CHAT}", proxy.url))
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,x-stainless-os")
            .send()
    };
    let allowed = preflight(&proxy, "https://chat.example").await.unwrap();
    assert_eq!(allowed.status(), 204);
    assert_eq!(allowed.headers()["access-control-allow-origin"], "https://chat.example");
    assert_eq!(allowed.headers()["access-control-allow-methods"], "GET, POST, DELETE");
    let names = "authorization,content-type,x-stainless-os";
    assert_eq!(allowed.headers()["access-control-allow-headers"], names);
    let other = Refused::of(preflight(&proxy, "https://evil.example").await.unwrap()).await;
    assert_eq!(other.summary(), (403, "permission_error", "foreign_origin", None));
    assert!(other.message.contains("cors_origins"), "{other:?}");
    // Errors can be read as well.
    for (key, status) in [("secret", 200), ("wrong", 401)] {
        let headers = [("origin", "https://chat.example"), ("api-key", key)];
        let answer = proxy.get_with("/v1/models", &headers).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["access-control-allow-origin"], "https://chat.example");
        assert_eq!(answer.headers()["access-control-expose-headers"], "*");
        assert_eq!(answer.headers()["vary"], "origin");
    }
    let none = Proxy::start(&upstream, &key("a", "secret", "")).await;
    let refused = Refused::of(preflight(&none, "https://chat.example").await.unwrap()).await;
    assert_eq!(refused.summary(), (403, "permission_error", "foreign_origin", None));
    upstream.finish();
}

#[tokio::test]
async fn headers_that_choose_a_deployment_or_a_filter_go_up_only_for_the_keys_that_may() {
    let headers = ["x-policy-id", "x-ms-spillover-deployment", "x-ms-oai-image-generation-deployment"];
    let sent: Vec<(&str, &str)> = headers.iter().map(|name| (*name, "other")).collect();
    let config = key("a", "secret-a", "headers = [\"x-policy-id\"]") + &key("b", "secret-b", "");
    for (more, key, passed) in [
        ("", None, &[][..]),
        (&*config, Some("secret-a"), &["x-policy-id"]),
        (&*config, Some("secret-b"), &[]),
    ] {
        let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
        let proxy = Proxy::start(&upstream, more).await;
        let headers_sent: Vec<(&str, &str)> =
            sent.iter().copied().chain(key.map(|key| ("api-key", key))).collect();
        assert_eq!(proxy.post(CHAT, hello("gpt-4.1"), &headers_sent).await.status(), 200);
        let received = upstream.only();
        let arrived: Vec<&str> =
            headers.iter().copied().filter(|name| received.header(name).is_some()).collect();
        assert_eq!(arrived, passed, "{key:?}");
    }
}

#[tokio::test]
async fn a_call_that_names_a_deployment_header_for_a_stored_object_does_not_pass_it_either() {
    let upstream = Upstream::script([Reply::json(200, "{\"id\":\"resp_1\"}")]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.get_with("/v1/responses/resp_1", &[("x-policy-id", "lenient")]).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(upstream.only().header("x-policy-id"), None);
}

#[tokio::test]
async fn the_resources_identity_opens_data_sources_only_where_the_config_says_so() {
    let source = r#"[{"type":"azure_search","parameters":{"endpoint":"https://s.example","index_name":"i","authentication":{"type":"system_assigned_managed_identity"}}}]"#;
    let body = hello("gpt-4.1").replace("\"messages\"", &format!("\"data_sources\":{source},\"messages\""));
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let refused = Refused::of(proxy.chat(body.clone()).await).await;
    assert_eq!(
        refused.summary(),
        (400, "invalid_request_error", "unsupported_parameter", Some("data_sources"))
    );
    assert!(refused.message.contains("data_sources_identity"), "{refused:?}");
    let allowed = Proxy::start(&upstream, "[models.\"gpt-4.1\"]\ndata_sources_identity = true\n").await;
    assert_eq!(allowed.chat(body.clone()).await.status(), 200);
    assert!(upstream.only().text().contains(source));
}

/// Starts a stream that does not end by itself, stops the gateway, and returns the rest of the stream.
async fn cut_off(model: &str, path: &str, first: &str) -> (String, Logs) {
    let logs = Logs::listen();
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::stream(&[first]).wait(&never)]).await;
    let proxy = Proxy::start(&upstream, "[server]\ndrain_seconds = 3600\n").await;
    let body = match path {
        CHAT => hello(model).replace("{\"model", "{\"stream\":true,\"model"),
        _ => format!(r#"{{"stream":true,"model":"{model}","input":"Hi"}}"#),
    };
    let mut answer = proxy.post(path, body, &[]).await;
    let mut rest = String::from_utf8(answer.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    proxy.stopper.stop_now();
    while let Some(chunk) = soon(answer.chunk()).await.unwrap() {
        rest += std::str::from_utf8(&chunk).unwrap();
    }
    soon(proxy.serving).await.unwrap();
    upstream.finish();
    (rest, logs)
}

#[tokio::test]
async fn a_stream_that_the_drain_cuts_ends_in_an_error_event_and_has_its_own_word_in_the_log() {
    let chunk = "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4.1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";
    let created = "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\",\"output\":[]}}\n\n";
    for (model, path, first) in [("gpt-4.1", CHAT, chunk), ("gpt-4.1", "/v1/responses", created)] {
        let (rest, logs) = cut_off(model, path, first).await;
        assert!(rest.contains("\"shutting_down\""), "{path}: {rest}");
        assert!(!rest.contains("[DONE]"), "{path}: {rest}");
        assert_eq!(logs.call()["ended"], "cut_off", "{path}");
    }
}

#[tokio::test]
async fn a_call_without_an_answer_that_the_drain_cuts_is_503() {
    let logs = Logs::listen();
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::default().wait(&never)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let mut raw = Raw::connect(&proxy).await;
    raw.send(call(&hello("gpt-4.1"), "")).await;
    soon(async {
        while upstream.received().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    proxy.stopper.stop_now();
    let answer = raw.answer().await;
    assert_eq!(answer.refused().summary(), (503, "server_error", "shutting_down", None));
    soon(proxy.serving).await.unwrap();
    let call = logs.call();
    assert_eq!((&call["status"], &call["ended"]), (&503.into(), &"cut_off".into()));
    upstream.finish();
}

#[tokio::test]
async fn an_http_2_call_that_the_drain_cuts_is_503_too() {
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::default().wait(&never)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let http2 = client().http2_prior_knowledge().build().unwrap();
    let sent = tokio::spawn(http2.post(format!("{}{CHAT}", proxy.url)).body(hello("gpt-4.1")).send());
    soon(async {
        while upstream.received().is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    proxy.stopper.stop_now();
    assert_eq!(soon(sent).await.unwrap().unwrap().status(), 503);
    soon(proxy.serving).await.unwrap();
    upstream.finish();
}

#[tokio::test]
async fn an_http_2_connection_without_calls_is_closed_though_it_answers_pings() {
    const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "[server]\nheader_timeout_seconds = 1\n").await;
    let mut stream = TcpStream::connect(proxy.url.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    stream.write_all(SETTINGS).await.unwrap();
    let ended = timeout(Duration::from_secs(20), async {
        let (mut read, mut write) = stream.split();
        let mut head = [0; 9];
        while read.read_exact(&mut head).await.is_ok() {
            let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
            let mut payload = vec![0; length];
            if read.read_exact(&mut payload).await.is_err() {
                return;
            }
            // Acknowledge settings and pings, as a live client does.
            let reply = match (head[3], head[4]) {
                (4, 0) => vec![0, 0, 0, 4, 1, 0, 0, 0, 0],
                (6, 0) => [&[0, 0, 8, 6, 1, 0, 0, 0, 0][..], &payload].concat(),
                _ => continue,
            };
            if write.write_all(&reply).await.is_err() {
                return;
            }
        }
    });
    ended.await.expect("the connection is closed");
    until_metric(&proxy, "connections", 0).await;
    upstream.finish();
}

#[tokio::test]
async fn a_server_error_is_logged_as_a_warning_with_method_path_and_client() {
    let logs = Logs::listen();
    let upstream = Upstream::script([Reply::json(500, "{}"), Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    assert_eq!(proxy.post(&format!("{CHAT}?api-key=hunter2"), hello("gpt-4.1"), &[]).await.status(), 500);
    assert_eq!(proxy.chat(hello("gpt-4.1")).await.status(), 200);
    let calls = logs.calls();
    assert_eq!((&calls[0]["level"], &calls[1]["level"]), (&"WARN".into(), &"INFO".into()));
    for call in &calls {
        assert_eq!((&call["method"], &call["path"]), (&"POST".into(), &CHAT.into()));
        assert!(call["client"].as_str().unwrap().starts_with("127.0.0.1:"), "{call}");
    }
    assert!(!logs.text().contains("hunter2"));
    upstream.finish();
}

#[tokio::test]
async fn a_second_signal_ends_a_running_call_at_once() {
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::stream(&["data: {}\n\n"]).wait(&never)]).await;
    let config = format!(
        "[server]\ndrain_seconds = 3600\n[resources.main]\nendpoint = \"http://{}\"\napi_key = {{ env = \"KEY\" }}\n",
        upstream.address
    );
    let (_directory, path) = command::file(&config);
    let arguments = ["serve", "--config", &path, "--listen", "127.0.0.1:0"];
    let mut server =
        command::Server::start(&arguments, &[("KEY", "k"), ("NO_PROXY", "*")], "listens on").await;
    let body = hello("gpt-4.1").replace("{\"model", "{\"stream\":true,\"model");
    let mut answer = post(&format!("{}{CHAT}", server.url), body).await;
    answer.chunk().await.unwrap();
    server.signal("TERM").await;
    server.logged("azgate stops once running calls have ended").await;
    let mut rest = String::new();
    server.signal("TERM").await;
    while let Some(chunk) = soon(answer.chunk()).await.unwrap() {
        rest += std::str::from_utf8(&chunk).unwrap();
    }
    assert!(rest.contains("shutting_down"), "{rest}");
    assert_eq!(server.ended().await.code, Some(0));
    upstream.finish();
}

#[tokio::test]
async fn a_reload_does_not_open_a_public_listener() {
    let upstream = Upstream::script([]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let endpoint = format!("endpoint = \"http://{}\"\napi_key = {{ env = \"KEY\" }}", upstream.address);
    let write =
        |more: &str| std::fs::write(file.path(), format!("[resources.main]\n{endpoint}\n{more}")).unwrap();
    let own = key("a", "my own", "");
    let public = "[server]\nlisten = \"0.0.0.0:0\"\n";
    write(&format!("{public}{own}"));
    let arguments = ["serve", "--config", file.path().to_str().unwrap()];
    let mut server =
        command::Server::start(&arguments, &[("KEY", "k"), ("NO_PROXY", "*")], "listens on").await;
    let url = server.url.replace("0.0.0.0", "127.0.0.1") + "/v1/models";
    let status = || async { client().build().unwrap().get(&url).send().await.unwrap().status() };
    assert_eq!(status().await, 401);
    let loopback = "[server]\nlisten = \"127.0.0.1:0\"\n";
    for exposed in [loopback.to_owned(), format!("{loopback}{}", key("a", "change-me", ""))] {
        write(&exposed);
        server.signal("HUP").await;
        server.logged("so the old one stays").await;
        assert_eq!(status().await, 401, "{exposed}");
    }
    write(&format!("{loopback}allow_anonymous = true\n"));
    server.signal("HUP").await;
    server.logged("the config was reloaded").await;
    assert_eq!(status().await, 200);
    assert_eq!(server.stop().await.code, Some(0));
    upstream.finish();
}

#[tokio::test]
async fn a_demo_that_others_can_reach_needs_a_key_and_takes_the_port_that_it_is_given() {
    let open = command::run(&["demo", "--listen", "0.0.0.0:0", "--key", ""], &[], "").await;
    assert_eq!(open.code, Some(1), "{open:?}");
    assert!(open.err.contains("needs a key"), "{open:?}");
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = command::run(&["demo", "--listen", &address], &[], "").await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains(&format!("cannot listen on {address}")), "{refused:?}");
}
