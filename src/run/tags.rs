//! Which tasks `--tags` and `--skip-tags` choose.

use super::frame::Frame;
use crate::vars::Value;

/// The tags asked for and those to leave out.
#[derive(Clone, Debug)]
pub struct Tags {
    only: Vec<String>,
    skip: Vec<String>,
}

impl Tags {
    /// From `--tags` and `--skip-tags`; none means all.
    pub fn new(only: &[String], skip: &[String]) -> Tags {
        let only = if only.is_empty() { vec!["all".to_owned()] } else { only.to_vec() };
        Tags { only, skip: skip.to_vec() }
    }

    /// Whether tasks with these tags are run.
    pub fn choose(&self, tags: &[String]) -> bool {
        self.asks_for(tags) && !self.leaves_out(tags)
    }

    fn asks_for(&self, tags: &[String]) -> bool {
        let has = |tag: &str| tags.iter().any(|own| own == tag);
        let only = |tag: &str| self.only.iter().any(|asked| asked == tag);
        let never = has("never");
        has("always")
            || (only("all") && !never)
            || tags.iter().any(|tag| only(tag))
            || (only("tagged") && !tags.is_empty() && !never)
            || (only("untagged") && tags.is_empty())
    }

    fn leaves_out(&self, tags: &[String]) -> bool {
        let skip = |tag: &str| self.skip.iter().any(|skipped| skipped == tag);
        let always = tags.iter().any(|tag| tag == "always");
        (skip("all") && (!always || skip("always")))
            || tags.iter().any(|tag| skip(tag))
            || (skip("tagged") && !tags.is_empty())
            || (skip("untagged") && tags.is_empty())
    }
}

/// The tags that hold in a frame: its own and those around, as they are written.
pub fn tags_around(frame: &Frame) -> Vec<Value> {
    frame.all_keywords().flat_map(|keywords| keywords.tags.iter().cloned()).collect()
}

/// The single tags in an evaluated value: a list, or text with commas.
pub fn split(value: &Value) -> Vec<String> {
    if let Some(items) = value.as_items() {
        return items.iter().flat_map(split).collect();
    }
    let text = match (value.as_str(), value.as_int()) {
        (Some(text), _) => text.to_owned(),
        (None, Some(int)) => int.to_string(),
        _ => String::new(),
    };
    text.split(',').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    fn chosen(only: &[&str], skip: &[&str], tags: &[&str]) -> bool {
        Tags::new(&list(only), &list(skip)).choose(&list(tags))
    }

    #[test]
    fn always_and_never_are_special() {
        assert!(chosen(&[], &[], &["setup"]));
        assert!(!chosen(&[], &[], &["never"]));
        assert!(!chosen(&["all"], &[], &["never", "debug"]));
        assert!(chosen(&["debug"], &[], &["never", "debug"]));
        assert!(chosen(&["x"], &[], &["always"]));
        assert!(!chosen(&["x"], &["always"], &["always"]));
        assert!(!chosen(&["x"], &[], &[]));
        assert!(chosen(&["untagged"], &[], &[]));
        assert!(!chosen(&["tagged"], &[], &[]));
        assert!(chosen(&["tagged"], &[], &["y"]));
        assert!(!chosen(&[], &["y"], &["y", "z"]));
    }
}
