//! Values reach the host as they are, whatever is in them.

use proptest::prelude::*;
use provision::host::{Data, Fields, Host, NoContents, System, text};
use provision::modules;
use provision::wire::{Outcome, Request, perform};
use std::os::unix::ffi::OsStrExt;

fn host(root: &std::path::Path) -> Host {
    Host::with_state(System::below(root.to_owned(), Box::new(NoContents)), root.join(".state"))
}

fn run(host: &mut Host, name: &str, fields: Fields) -> provision::wire::Reply {
    perform(host, &Request::new(1, modules::parse(name, &fields).unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn names_and_contents_of_files(name in prop::collection::vec(1_u8..=255, 1..40), content: Vec<u8>) {
        let name: Vec<u8> = name.into_iter().filter(|byte| !b"/$".contains(byte)).collect();
        prop_assume!(!name.is_empty() && name != b"." && name != b".." && name != b".state");
        let root = tempfile::tempdir().unwrap();
        let dest = format!("/{}", text::from_bytes(&name));
        let fields = Fields::new().with("dest", dest).with("content", text::from_bytes(&content));
        let reply = run(&mut host(root.path()), "copy", fields);
        prop_assert_eq!(&reply.outcome, &Outcome::Changed, "{:?}", reply);
        let path = root.path().join(std::ffi::OsStr::from_bytes(&name));
        prop_assert_eq!(std::fs::read(path).unwrap(), content);
    }

    #[test]
    fn words_of_commands(words in prop::collection::vec("[^\0$~]{0,20}", 1..5)) {
        let root = tempfile::tempdir().unwrap();
        let mut host = Host::with_state(System::new(Box::new(NoContents)), root.path().to_owned());
        let mut argv = vec!["printf".to_owned(), "%s\\0".to_owned()];
        argv.extend(words.clone());
        let fields = Fields::new().with("argv", argv).with("strip_empty_ends", false);
        let reply = run(&mut host, "command", fields);
        let wanted: String = words.iter().map(|word| format!("{word}\0")).collect();
        prop_assert_eq!(reply.field("stdout"), Some(&Data::from(wanted)));
    }
}
