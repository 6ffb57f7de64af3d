use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// So many threads can look values up at once.
const SHARDS: usize = 16;

/// Each distinct value once, for the life of the process, by number.
pub struct Pool<T> {
    values: boxcar::Vec<T>,
    numbers: [Mutex<HashTable<NonZeroU32>>; SHARDS],
}

impl<T: Eq + Hash> Pool<T> {
    /// An empty pool.
    #[must_use]
    pub const fn new() -> Self {
        Self { values: boxcar::Vec::new(), numbers: [const { Mutex::new(HashTable::new()) }; SHARDS] }
    }

    /// The number of a value, which is kept if it is new.
    pub fn number<Q: Eq + Hash + ?Sized>(&self, wanted: &Q, make: impl FnOnce() -> T) -> NonZeroU32
    where
        T: Borrow<Q>,
    {
        let hash = FxBuildHasher.hash_one(wanted);
        // The table goes by the lowest and the highest bits.
        let shard = &self.numbers[(hash >> 32) as usize % SHARDS];
        let mut numbers = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = numbers.find(hash, |it| self.get(*it).borrow() == wanted) {
            return *known;
        }
        let index = self.values.push(make());
        // Memory ends long before the numbers do.
        let number = NonZeroU32::MIN.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
        numbers.insert_unique(hash, number, |it| FxBuildHasher.hash_one(self.get(*it).borrow()));
        number
    }

    /// The value with a number that this pool has given.
    pub fn get(&self, number: NonZeroU32) -> &T {
        &self.values[number.get() as usize - 1]
    }
}

impl<T: Eq + Hash> Default for Pool<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// What is kept once for all its uses.
pub trait Pooled: Clone + Eq + Hash + 'static {
    /// Where.
    fn pool() -> &'static Pool<Self>;
}

/// A value that is repeated a lot: four bytes, as cheap to clone, compare for equality and hash as a number.
#[must_use]
pub struct Shared<T> {
    number: NonZeroU32,
    of: PhantomData<fn() -> T>,
}

impl<T: Pooled> Shared<T> {
    /// The value, kept if it is new.
    pub fn new(value: &T) -> Self {
        Self { number: T::pool().number(value, || value.clone()), of: PhantomData }
    }
}

impl<T: Pooled> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self::new(&value)
    }
}

impl<T: Pooled> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        T::pool().get(self.number)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self { number: self.number, of: PhantomData }
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Shared<T> {}

impl<T: Pooled> PartialEq<T> for Shared<T> {
    fn eq(&self, other: &T) -> bool {
        **self == *other
    }
}

impl<T> Hash for Shared<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl<T: Pooled + Ord> Ord for Shared<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other { Ordering::Equal } else { (**self).cmp(&**other) }
    }
}

impl<T: Pooled + Ord> PartialOrd for Shared<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Pooled + fmt::Display> fmt::Display for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

impl<T: Pooled + fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}
