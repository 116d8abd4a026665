//! The agent is delivered, started again, and speaks.

use crate::sshd::{World, available, run, user};
use provision::ssh::{Become, FailureKind, Session};
use provision::wire::MARKER;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Reads the marker and the line behind it.
pub async fn greeting(session: &mut Session) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < MARKER.len() || !bytes.ends_with(b"\n") || bytes == MARKER {
        bytes.push(session.reader.read_u8().await.unwrap());
    }
    let text = bytes.strip_prefix(MARKER).unwrap();
    String::from_utf8(text.to_vec()).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_delivered_once_and_then_started() {
    if !available() {
        return;
    }
    let mut world = World::new();
    // Keys are exchanged anew all the time meanwhile.
    let port = world.host("RekeyLimit 400K\n");
    let connection = world.dialer().open(&world.target(port)).await.unwrap();
    for delivered in [true, false] {
        let mut session = connection.agent(&Become::nobody_else()).await.unwrap();
        assert_eq!(session.delivered, delivered);
        let said = greeting(&mut session).await;
        let directory = world.path("cache/provision/agent");
        assert!(said.starts_with(directory.to_str().unwrap()) && said.ends_with(&user()), "{said}");
        let sent: Vec<u8> = (0..1_000_000_u32).map(|n| n as u8).collect();
        let (mut reader, mut writer) = (session.reader, session.writer);
        let copy = sent.clone();
        let writing = tokio::spawn(async move {
            writer.write_all(&copy).await.unwrap();
            writer.shutdown().await.unwrap();
        });
        let mut echoed = Vec::new();
        reader.read_to_end(&mut echoed).await.unwrap();
        writing.await.unwrap();
        assert!(echoed == sent);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_xz_has_packed_is_delivered() {
    delivers_what_xz_has_packed(None).await;
}

/// A Debian without `xz` unpacks it as if it were a package of its own.
#[tokio::test(flavor = "multi_thread")]
async fn what_xz_has_packed_is_delivered_as_a_package() {
    delivers_what_xz_has_packed(Some("#!/bin/sh\nexit 1\n")).await;
}

/// `other` takes the place of the host's `xz`.
async fn delivers_what_xz_has_packed(other: Option<&str>) {
    if !available() || !std::path::Path::new("/usr/bin/xz").exists() {
        return;
    }
    let mut world = World::new();
    let agent = world.path("agents/provision-agent");
    let hash = run("sha256sum", &[agent.to_str().unwrap()]);
    let hash = hash.split(' ').next().unwrap();
    // Another text, so that it shows which of the two came.
    let marked = world.read("agents/provision-agent").replace("$0", "by-xz");
    world.write("marked", &marked);
    run("xz", &[world.path("marked").to_str().unwrap()]);
    std::fs::rename(world.path("marked.xz"), world.path(&format!("agents/provision-agent.{hash}.xz")))
        .unwrap();
    let mut settings = String::new();
    if let Some(script) = other {
        std::fs::create_dir(world.path("bin")).unwrap();
        world.write("bin/xz", script);
        run("chmod", &["755", world.path("bin/xz").to_str().unwrap()]);
        settings = format!("SetEnv PATH={}:/usr/bin:/bin", world.path("bin").display());
    }
    let port = world.host(&settings);
    let connection = world.dialer().open(&world.target(port)).await.unwrap();
    let mut session = connection.agent(&Become::nobody_else()).await.unwrap();
    assert!(session.delivered);
    assert_eq!(greeting(&mut session).await, format!("by-xz {}", user()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_agent_is_replaced() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let port = world.host("");
    let connection = world.dialer().open(&world.target(port)).await.unwrap();
    let mut session = connection.agent(&Become::nobody_else()).await.unwrap();
    let path = greeting(&mut session).await.split(' ').next().unwrap().to_owned();
    std::fs::write(&path, "#!/bin/false\n").unwrap();
    let session = connection.agent(&Become::nobody_else()).await.unwrap();
    assert!(session.delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_agent_for_the_machine_the_file_is_named() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let port = world.host("");
    std::fs::rename(world.path("agents/provision-agent"), world.path("agents/provision-agent-sparc-linux"))
        .unwrap();
    let connection = world.dialer().open(&world.target(port)).await.unwrap();
    let failure = connection.agent(&Become::nobody_else()).await.err().unwrap();
    assert!(matches!(failure.kind, FailureKind::Delivery { .. }));
    assert!(failure.hints()[0].contains("agents/provision-agent`"), "{:?}", failure.hints());
}

#[tokio::test]
async fn an_agent_ends_with_its_streams() {
    if !available() {
        return;
    }
    let mut world = World::new();
    let ended = world.path("ended");
    let agent = format!(
        "#!/bin/sh\nprintf '\\036provision-agent\\036\\n'\necho up\ncat >/dev/null\ntouch {}\n",
        ended.display()
    );
    world.write("agents/provision-agent", &agent);
    let port = world.host("");
    let connection = world.dialer().open(&world.target(port)).await.unwrap();
    let mut session = connection.agent(&Become::nobody_else()).await.unwrap();
    assert_eq!(greeting(&mut session).await, "up");
    drop(connection);
    assert!(!ended.exists());
    drop(session);
    for _ in 0..500 {
        if ended.exists() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the agent goes on");
}
