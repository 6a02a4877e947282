//! IP networks.

use std::net::IpAddr;

/// The addresses that share a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network {
    address: IpAddr,
    length: u32,
}

impl Network {
    /// Reads `address/length`; an address alone is a network of one.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let Ok(address) = address.parse::<IpAddr>() else {
            return Err(format!(
                "`{text}` is no ip network: write it as 192.0.2.0/24"
            ));
        };
        let width = width(address);
        let length = match length.map(str::parse::<u32>) {
            None => width,
            Some(Ok(length)) if length <= width => length,
            Some(_) => return Err(format!("`{text}` has no prefix length of 0 to {width}")),
        };
        let network = Self { address, length };
        let start = network.prefix(address);
        if start != bits(address) {
            let start = match address {
                IpAddr::V4(_) => IpAddr::V4(u32::try_from(start).unwrap_or(u32::MAX).into()),
                IpAddr::V6(_) => IpAddr::V6(start.into()),
            };
            return Err(format!(
                "`{text}` is an address within a network and not one: write {start}/{length}"
            ));
        }
        Ok(network)
    }

    /// Whether a text is an address of this network.
    ///
    /// An IPv4 address that is written as IPv6 is that IPv4 address.
    pub(crate) fn has(&self, text: &[u8]) -> bool {
        // The longest address, with an embedded IPv4 one.
        if text.len() > 45 {
            return false;
        }
        let Ok(text) = std::str::from_utf8(text) else {
            return false;
        };
        let Ok(address) = text.parse::<IpAddr>() else {
            return false;
        };
        let is_in = |address: IpAddr| {
            address.is_ipv4() == self.address.is_ipv4()
                && self.prefix(address) == bits(self.address)
        };
        is_in(address) || is_in(address.to_canonical())
    }

    /// An address with the bits behind the prefix cleared.
    fn prefix(&self, address: IpAddr) -> u128 {
        let cleared = width(address) - self.length;
        bits(address)
            .checked_shr(cleared)
            .and_then(|kept| kept.checked_shl(cleared))
            .unwrap_or(0)
    }
}

const fn width(address: IpAddr) -> u32 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => address.into(),
    }
}
