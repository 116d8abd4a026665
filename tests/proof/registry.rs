//! A registry that asks for a password: to log in to it, and to push to it.

use crate::lab::Lab;
use crate::project::Project;

#[test]
fn images_go_to_a_registry_that_asks_for_a_password() {
    let lab = Lab::new();
    let host = lab.up("registry", &["--docker"]);
    let project = Project::of_playbook(include_str!("registry.yml"), &[&host]);
    let first = project.run(&[]).fine();
    assert_eq!(first.stdout.matches("do push localhost:5000/proof/busybox:1").count(), 1, "{}", first.stdout);
    let wrong = project.run(&["--dry-run", "--tags", "wrong", "-e", "forgiven=false"]).ends_with(2);
    assert!(wrong.said().contains("401 Unauthorized"), "{}", wrong.said());
    let second = project.run(&[]).fine();
    assert!(second.stdout.contains("nothing changed"), "{}", second.stdout);
}
