//! Hosts that refuse a write: the message names the file and the cause, the old file stays, nothing else does.

use crate::place::{Place, ask, names};
use provision::host::Fields;
use provision::wire::Outcome;

/// What fails: how the directory is made, the arguments of `copy` beside `dest`, and what the message says.
type Refusal = (&'static str, &'static [(&'static str, &'static str)], &'static str);

const REFUSALS: [Refusal; 7] = [
    (
        "mount -t tmpfs -o size=64k none $W && printf old >$W/a &&",
        &[("content", "LARGE")],
        "No space left on device",
    ),
    (
        "mount -t tmpfs -o size=96k none $W && printf old >$W/a && head -c 60000 /dev/zero >$W/other &&",
        &[("src", "W/other"), ("remote_src", "yes")],
        "No space left on device",
    ),
    (
        "mount -t tmpfs -o nr_inodes=2 none $W && printf old >$W/a &&",
        &[("content", "new")],
        "No space left on device",
    ),
    (
        "mount -t tmpfs none $W && printf old >$W/a && mount -o remount,ro $W &&",
        &[("content", "new")],
        "Read-only file system",
    ),
    (
        "mount -t tmpfs none $W && printf old >$W/a && chattr +i $W/a &&",
        &[("content", "new")],
        "it is immutable",
    ),
    (
        "mount -t tmpfs none $W && printf old >$W/a && mount --bind $W/a $W/a &&",
        &[("content", "new")],
        "Device or resource busy",
    ),
    (
        "mount -t tmpfs -o size=64k none $W && printf old >$W/a && mount --bind $W/a $W/a &&",
        &[("content", "LARGE"), ("unsafe_writes", "yes")],
        "No space left on device",
    ),
];

#[tokio::test]
async fn what_is_refused_leaves_the_old_file() {
    for (first, arguments, wanted) in REFUSALS {
        let place = Place::new();
        let dest = place.path("a");
        let mut fields = Fields::new().with("dest", dest.to_str().unwrap());
        for (name, value) in arguments {
            let value = value
                .replace("LARGE", &"x".repeat(200_000))
                .replace('W', place.work.path().to_str().unwrap());
            fields.set(*name, value);
        }
        let mut agent = place.start(first, &[]);
        let inside = format!("/proc/{}/root{}", agent.id().unwrap(), place.work.path().display());
        let (reply, _client) = ask(&mut agent, "copy", fields).await.unwrap();
        let Outcome::Failed { message } = reply.outcome else { panic!("{first} {:?}", reply.outcome) };
        assert!(message.contains(wanted) && message.contains(dest.to_str().unwrap()), "{first} {message}");
        let inside = std::path::Path::new(&inside);
        assert_eq!(std::fs::read_to_string(inside.join("a")).unwrap(), "old", "{first}");
        assert!(!names(inside).iter().any(|name| name.starts_with('.')), "{first}: {:?}", names(inside));
    }
}
