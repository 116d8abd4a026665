//! Archives of tar: ustar, with the extensions of POSIX and of GNU for long names.

use super::unpack::broken;
use super::{Content, Failure, Stored, text};
use std::collections::BTreeMap;

/// One name in an archive.
#[derive(Clone, PartialEq, Debug)]
pub struct Member {
    /// Relative, without `..`.
    pub path: String,
    pub kind: MemberKind,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub user: String,
    pub group: String,
    pub modified: i64,
}

/// What a name in an archive is.
#[derive(Clone, PartialEq, Debug)]
pub enum MemberKind {
    File(Content),
    Directory,
    Link(String),
    /// Another name of a file that came before.
    HardLink(String),
}

/// The most bytes that say something of the next member.
const MOST_SAID: u64 = 1 << 20;

/// Reads an archive. What leads out of it is refused; devices and the like are left out.
pub fn read(archive: &Stored) -> Result<Vec<Member>, Failure> {
    let mut members = Vec::new();
    let mut at = 0;
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let head = archive.bytes(at, 512).map_err(broken)?;
        if head.len() < 512 || head.iter().all(|byte| *byte == 0) {
            return Ok(members);
        }
        check_sum(&head)?;
        let kind = head.get(156).copied().unwrap_or(0);
        let size = content_size(&head, kind, &said);
        let content = archive.part(at + 512, size).ok_or("the archive ends early")?;
        at = size
            .checked_next_multiple_of(512)
            .and_then(|size| size.checked_add(at + 512))
            .ok_or("the archive is broken")?;
        match kind {
            b'x' => said.extend(records(&words(&content)?)),
            b'g' => {}
            b'L' => drop(said.insert("path".to_owned(), plain(&words(&content)?))),
            b'K' => drop(said.insert("linkpath".to_owned(), plain(&words(&content)?))),
            kind => {
                members.extend(member(&head, kind, content, &said)?);
                said.clear();
            }
        }
    }
}

/// How long the content behind a head is. A size that was said before is that of the next member, not of what says more
/// of it; another name of a file has no content, whatever its head says. It is what GNU tar does: one archive must not
/// hold other members for other readers.
fn content_size(head: &[u8], kind: u8, said: &BTreeMap<String, String>) -> u64 {
    let own = number(field(head, 124, 12));
    match kind {
        b'1' => 0,
        b'x' | b'g' | b'L' | b'K' => own,
        _ => said.get("size").and_then(|size| size.parse().ok()).unwrap_or(own),
    }
}

/// What is said of the next member.
fn words(content: &Stored) -> Result<Vec<u8>, Failure> {
    if content.size > MOST_SAID {
        return Err("the archive is broken: a name is too long".into());
    }
    content.bytes(0, content.size as usize).map_err(broken)
}

fn member(
    head: &[u8],
    kind: u8,
    content: Stored,
    said: &BTreeMap<String, String>,
) -> Result<Option<Member>, Failure> {
    let prefix = if field(head, 257, 5) == b"ustar" { plain(field(head, 345, 155)) } else { String::new() };
    let name = plain(field(head, 0, 100));
    let whole = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
    let of = |name: &str, otherwise: String| said.get(name).cloned().unwrap_or(otherwise);
    let path = of("path", whole);
    let link = of("linkpath", plain(field(head, 157, 100)));
    let kind = match kind {
        b'0' | 0 | b'7' if path.ends_with('/') => MemberKind::Directory,
        b'0' | 0 | b'7' => MemberKind::File(content.content()?),
        b'1' => MemberKind::HardLink(safe(&link)?),
        b'2' => MemberKind::Link(link),
        b'5' => MemberKind::Directory,
        _ => return Ok(None),
    };
    let path = safe(&path)?;
    if path.is_empty() {
        return Ok(None);
    }
    let int = |at: usize, length: usize| u32::try_from(number(field(head, at, length))).unwrap_or(0);
    let modified = said.get("mtime").and_then(|time| time.split('.').next()?.parse().ok());
    Ok(Some(Member {
        path,
        kind,
        mode: int(100, 8) & 0o7777,
        uid: int(108, 8),
        gid: int(116, 8),
        user: of("uname", plain(field(head, 265, 32))),
        group: of("gname", plain(field(head, 297, 32))),
        modified: modified.unwrap_or_else(|| i64::try_from(number(field(head, 136, 12))).unwrap_or(0)),
    }))
}

/// A path that stays inside: without its root and without dots; one that goes up is refused.
pub fn safe(path: &str) -> Result<String, Failure> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(Failure::new(format!("the archive holds `{path}`, which leads out of it")));
    }
    Ok(parts.join("/"))
}

fn check_sum(head: &[u8]) -> Result<(), Failure> {
    let wanted = number(field(head, 148, 8));
    let count =
        |(index, byte): (usize, &u8)| u64::from(if (148..156).contains(&index) { b' ' } else { *byte });
    let found: u64 = head.iter().enumerate().map(count).sum();
    if found == wanted { Ok(()) } else { Err(Failure::new("the archive is broken: a head has a wrong sum")) }
}

fn field(head: &[u8], at: usize, length: usize) -> &[u8] {
    head.get(at..at + length).unwrap_or_default()
}

fn plain(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    text::from_bytes(bytes.get(..end).unwrap_or_default())
}

/// Octal digits, or where the first bit is set, a number as it is.
fn number(bytes: &[u8]) -> u64 {
    if let Some((first, rest)) = bytes.split_first().filter(|(first, _)| *first & 0x80 != 0) {
        return rest.iter().fold(u64::from(first & 0x7f), |number, byte| number << 8 | u64::from(*byte));
    }
    let digits = bytes.iter().filter(|byte| (b'0'..=b'7').contains(byte));
    digits.fold(0, |number, digit| number << 3 | u64::from(digit - b'0'))
}

/// `12 path=abc` lines.
fn records(mut content: &[u8]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    while let Some(blank) = content.iter().position(|byte| *byte == b' ') {
        let (length, _) = content.split_at(blank);
        let Some(length) = std::str::from_utf8(length).ok().and_then(|text| text.parse::<usize>().ok())
        else {
            break;
        };
        let Some(record) = content.get(blank + 1..length.max(blank + 1)) else { break };
        let record = text::from_bytes(record);
        if let Some((name, value)) = record.trim_end_matches('\n').split_once('=') {
            found.insert(name.to_owned(), value.to_owned());
        }
        content = content.get(length..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(content: &[u8]) -> Vec<u8> {
        let mut block = content.to_vec();
        block.resize(content.len().next_multiple_of(512), 0);
        block
    }

    fn head(name: &str, kind: u8, size: usize) -> Vec<u8> {
        linked(name, kind, size, "")
    }

    fn linked(name: &str, kind: u8, size: usize, link: &str) -> Vec<u8> {
        let mut head = vec![0; 512];
        let mut put = |at: usize, text: &[u8]| head[at..at + text.len()].copy_from_slice(text);
        put(0, name.as_bytes());
        put(124, format!("{size:011o}").as_bytes());
        put(148, b"        ");
        put(156, &[kind]);
        put(157, link.as_bytes());
        put(257, b"ustar");
        let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        head
    }

    fn names(parts: &[Vec<u8>]) -> Vec<String> {
        let archive = [parts.concat(), vec![0; 1024]].concat();
        let members = read(&Stored::inline(&archive).unwrap()).unwrap();
        members.into_iter().map(|member| member.path).collect()
    }

    /// A file whose content looks like another member, and whose size only the extension of POSIX tells.
    #[test]
    fn what_is_in_a_file_is_no_member() {
        let hidden = [head("hidden", b'0', 0), vec![0; 512]].concat();
        let said = b"13 size=1024\n";
        let parts = [
            head("pax", b'x', said.len()),
            block(said),
            head("file", b'0', 0),
            hidden,
            head("last", b'0', 0),
        ];
        assert_eq!(names(&parts), ["file", "last"]);
    }

    /// The size that is said of a member is not that of a long name between the two.
    #[test]
    fn a_size_is_that_of_the_member() {
        let said = b"13 size=1024\n";
        let parts = [
            head("pax", b'x', said.len()),
            block(said),
            head("long", b'L', 5),
            block(b"named"),
            head("short", b'0', 0),
            vec![b'.'; 1024],
            head("last", b'0', 0),
        ];
        assert_eq!(names(&parts), ["named", "last"]);
    }

    #[test]
    fn another_name_of_a_file_has_no_content() {
        let link = linked("link", b'1', 512, "file");
        assert_eq!(names(&[head("file", b'0', 0), link, head("last", b'0', 0)]), ["file", "link", "last"]);
    }
}
