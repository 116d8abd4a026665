//! Python's random numbers: the same seed gives the same numbers.

use num_bigint::{BigInt, BigUint};
use sha2::{Digest, Sha512};

const SIZE: usize = 624;

/// The Mersenne Twister, seeded as Python's `random.Random` is.
pub struct Random {
    state: [u32; SIZE],
    index: usize,
}

impl Random {
    /// Seeded by text.
    pub fn of_text(seed: &str) -> Random {
        let mut bytes = seed.as_bytes().to_vec();
        bytes.extend(Sha512::digest(seed.as_bytes()));
        Random::of_number(&BigUint::from_bytes_be(&bytes))
    }

    /// Seeded by a number; its sign does not count.
    pub fn of_int(seed: &BigInt) -> Random {
        Random::of_number(seed.magnitude())
    }

    /// Seeded by the system.
    pub fn of_system() -> Random {
        let mut bytes = [0; 32];
        let _ = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty());
        Random::of_number(&BigUint::from_bytes_be(&bytes))
    }

    fn of_number(seed: &BigUint) -> Random {
        let mut key = seed.to_u32_digits();
        if key.is_empty() {
            key.push(0);
        }
        let mut random = Random { state: [0; SIZE], index: SIZE };
        random.fill(19_650_218);
        random.mix(&key);
        random
    }

    fn fill(&mut self, seed: u32) {
        let mut last = seed;
        self.state[0] = seed;
        for (index, word) in self.state.iter_mut().enumerate().skip(1) {
            last = 1_812_433_253_u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(index as u32);
            *word = last;
        }
    }

    fn mix(&mut self, key: &[u32]) {
        let (mut at, mut from) = (1, 0);
        for _ in 0..SIZE.max(key.len()) {
            let last = self.state[at - 1];
            let mixed = self.state[at] ^ (last ^ (last >> 30)).wrapping_mul(1_664_525);
            self.state[at] = mixed.wrapping_add(key[from]).wrapping_add(from as u32);
            at = self.step(at);
            from = (from + 1) % key.len();
        }
        for _ in 1..SIZE {
            let last = self.state[at - 1];
            let mixed = self.state[at] ^ (last ^ (last >> 30)).wrapping_mul(1_566_083_941);
            self.state[at] = mixed.wrapping_sub(at as u32);
            at = self.step(at);
        }
        self.state[0] = 0x8000_0000;
    }

    /// The next index from one on; behind the last, the first word takes the last's value.
    fn step(&mut self, at: usize) -> usize {
        if at + 1 < SIZE {
            return at + 1;
        }
        self.state[0] = self.state[SIZE - 1];
        1
    }

    fn word(&mut self) -> u32 {
        if self.index >= SIZE {
            self.turn();
        }
        let mut word = self.state[self.index];
        self.index += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    fn turn(&mut self) {
        for index in 0..SIZE {
            let upper = self.state[index] & 0x8000_0000;
            let lower = self.state[(index + 1) % SIZE] & 0x7fff_ffff;
            let joined = upper | lower;
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[index] = self.state[(index + 397) % SIZE] ^ (joined >> 1) ^ odd;
        }
        self.index = 0;
    }

    /// A number of that many random bits.
    fn bits(&mut self, count: u64) -> BigUint {
        let mut words = Vec::new();
        let mut left = count;
        while left > 0 {
            let taken = left.min(32);
            words.push(self.word() >> (32 - taken));
            left -= taken;
        }
        BigUint::new(words)
    }

    /// A number below a limit, which must not be zero.
    pub fn below(&mut self, limit: &BigUint) -> BigUint {
        let bits = limit.bits();
        loop {
            let number = self.bits(bits);
            if number < *limit {
                return number;
            }
        }
    }

    /// An index below a length, which must not be zero.
    pub fn index(&mut self, length: usize) -> usize {
        let index = self.below(&BigUint::from(length.max(1)));
        usize::try_from(index).unwrap_or(0)
    }

    /// Shuffles in place.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }

    /// Characters picked from an alphabet.
    pub fn text(&mut self, length: usize, alphabet: &[char]) -> String {
        (0..length).filter_map(|_| alphabet.get(self.index(alphabet.len()))).collect()
    }
}
