//! Addresses of interfaces, by asking the kernel (rtnetlink(7)).

use super::{Data, Failure, Fields};
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use std::net::Ipv4Addr;

const GET_ADDRESS: u16 = 22;
const NEW_ADDRESS: u16 = 20;
const DONE: u16 = 3;
const ERROR: u16 = 2;
/// A question for all there are.
const REQUEST_DUMP: u16 = 0x301;
const VERSION_4: u8 = 2;
/// Attributes of an address.
const ADDRESS: u16 = 1;
const LOCAL: u16 = 2;
const LABEL: u16 = 3;
const BROADCAST: u16 = 4;

/// All addresses of version 4: `interface`, `address`, `prefix`, `broadcast`.
pub(in crate::host) fn addresses() -> Result<Data, Failure> {
    let failed =
        |error: rustix::io::Errno| Failure::new(format!("cannot ask the kernel for addresses: {error}"));
    let kind = SocketType::RAW;
    let socket =
        rustix::net::socket_with(AddressFamily::NETLINK, kind, SocketFlags::CLOEXEC, None).map_err(failed)?;
    rustix::net::sendto(&socket, &question(), SendFlags::empty(), &SocketAddrNetlink::new(0, 0))
        .map_err(failed)?;
    let mut found = Vec::new();
    let mut buffer = vec![0_u8; 64 << 10];
    loop {
        let (_, length) = rustix::net::recv(&socket, &mut buffer, RecvFlags::empty()).map_err(failed)?;
        if read_all(buffer.get(..length).unwrap_or_default(), &mut found) {
            return Ok(Data::Map(Fields::new().with("ipv4", Data::List(found))));
        }
    }
}

fn question() -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(&24_u32.to_ne_bytes());
    bytes.extend_from_slice(&GET_ADDRESS.to_ne_bytes());
    bytes.extend_from_slice(&REQUEST_DUMP.to_ne_bytes());
    bytes.extend_from_slice(&1_u32.to_ne_bytes());
    bytes.extend_from_slice(&0_u32.to_ne_bytes());
    bytes.extend_from_slice(&[VERSION_4, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

/// Reads the messages of a datagram; whether it was the last.
fn read_all(mut bytes: &[u8], found: &mut Vec<Data>) -> bool {
    while let (Some(length), Some(kind)) = (word(bytes, 0), half(bytes, 4)) {
        let length = length as usize;
        if matches!(kind, DONE | ERROR) || length < 16 {
            return true;
        }
        if kind == NEW_ADDRESS {
            found.extend(bytes.get(16..length).and_then(read_address));
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    bytes.is_empty() && found.is_empty()
}

fn read_address(message: &[u8]) -> Option<Data> {
    let prefix = *message.get(1)?;
    let (mut address, mut local, mut broadcast, mut label) = (None, None, None, String::new());
    let mut rest = message.get(8..)?;
    while let (Some(length), Some(kind)) = (half(rest, 0), half(rest, 2)) {
        let length = usize::from(length);
        let value = rest.get(4..length)?;
        let ip = value.first_chunk::<4>().map(|octets| Ipv4Addr::from(*octets).to_string());
        match kind {
            ADDRESS => address = ip,
            LOCAL => local = ip,
            BROADCAST => broadcast = ip,
            LABEL => label = super::text::from_bytes(value).trim_end_matches('\0').to_owned(),
            _ => {}
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    let interface = label.split(':').next().unwrap_or_default().to_owned();
    let fields = Fields::new().with("interface", interface).with("address", local.or(address)?);
    Some(Data::Map(fields.with("prefix", i64::from(prefix)).with("broadcast", broadcast.unwrap_or_default())))
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
}
