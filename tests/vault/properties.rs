//! What must hold for every value.

use crate::Given;
use proptest::prelude::*;
use provision::vault;

fn value() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,20}", "([ -~]{0,8}\n){0,4}", "[ \\n'\"\\\\:#{}|\\-\\t]{0,12}", any::<String>()]
}

proptest! {
    // Every case derives keys, which is slow on purpose.
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn every_value_is_shown_and_read_back(first in value(), second in value()) {
        let given = Given::new();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.yml");
        let secret = &given.keyring.secrets[0];
        let one = vault::encrypt_string(Some("one"), &first, secret).unwrap();
        let two = vault::encrypt_string(Some("  two"), &second, secret).unwrap();
        std::fs::write(&path, format!("{one}\nmore:\n{two}\n\n# end\n")).unwrap();
        let shown = given.view(&path).replace("!decrypted", "!unsafe");
        let node = provision::yaml::parse_str(&shown.replace("!unsafe", "!!str")).expect(&shown);
        prop_assert_eq!(node.entry("one").unwrap().text(), Some(&*first), "{}", shown);
        prop_assert_eq!(node.entry("more").unwrap().entry("two").unwrap().text(), Some(&*second), "{}", shown);
        prop_assert!(shown.ends_with("\n\n# end\n"));
    }
}
