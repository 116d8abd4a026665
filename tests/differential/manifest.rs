//! The job of `docs/many-machines.md` against the schemas of Kubernetes.

use super::python;
use std::path::Path;
use std::process::Command;

#[test]
fn kubernetes_takes_the_job_of_the_documentation() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/many-machines.md");
    let page = std::fs::read_to_string(page).unwrap();
    let lines = page.lines().skip_while(|line| *line != "    apiVersion: batch/v1");
    let lines = lines.map_while(|line| if line.is_empty() { Some("") } else { line.strip_prefix("    ") });
    let manifest: String = lines.map(|line| format!("{line}\n")).collect();
    assert!(manifest.contains("completionMode: Indexed"), "{manifest}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("job.yml");
    std::fs::write(&file, manifest).unwrap();
    let program = python::interpreter("kubernetes").with_file_name("kubernetes-validate");
    let output = Command::new(program).arg("--strict").arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
