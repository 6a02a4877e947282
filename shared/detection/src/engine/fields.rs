//! The fields that rules ask about, interned as a tree of their names' parts.

use std::collections::HashMap;

/// The number of a field, or of a part of one that has fields below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FieldId(u32);

impl FieldId {
    /// The record itself.
    pub(super) const ROOT: Self = Self(0);

    pub(super) const fn number(self) -> usize {
        self.0 as usize
    }

    pub(super) const fn as_u32(self) -> u32 {
        self.0
    }
}

/// A part of field names and what lies below it.
#[derive(Debug)]
struct Part {
    name: Box<[u8]>,
    parent: FieldId,
    children: Vec<FieldId>,
    /// Where each child is, by the hash of its name; a power of two of places.
    places: Box<[Option<FieldId>]>,
}

/// All fields of a rule set.
#[derive(Debug)]
pub(super) struct Fields {
    parts: Vec<Part>,
    known: HashMap<String, FieldId>,
}

impl Default for Fields {
    fn default() -> Self {
        let root = Part {
            name: Box::default(),
            parent: FieldId::ROOT,
            children: Vec::new(),
            places: Box::default(),
        };
        Self {
            parts: vec![root],
            known: HashMap::new(),
        }
    }
}

impl Fields {
    /// Finds or adds a field by its dotted name.
    pub(super) fn intern(&mut self, name: &str) -> FieldId {
        if let Some(id) = self.known.get(name) {
            return *id;
        }
        let mut parent = FieldId::ROOT;
        for part in name.split('.') {
            let part = part.as_bytes();
            let known = self.parts[parent.number()]
                .children
                .iter()
                .copied()
                .find(|child| *self.parts[child.number()].name == *part);
            parent = known.unwrap_or_else(|| self.add(parent, part));
        }
        self.known.insert(name.to_owned(), parent);
        parent
    }

    fn add(&mut self, parent: FieldId, name: &[u8]) -> FieldId {
        // Rule files are far too small for so many.
        let id = FieldId(u32::try_from(self.parts.len()).unwrap_or(u32::MAX));
        self.parts.push(Part {
            name: name.into(),
            parent,
            children: Vec::new(),
            places: Box::default(),
        });
        self.parts[parent.number()].children.push(id);
        id
    }

    /// Makes the tables by which children are found.
    pub(super) fn finish(&mut self) {
        for number in 0..self.parts.len() {
            let children = &self.parts[number].children;
            let size = (children.len() * 4).next_power_of_two();
            let mut places = vec![None; size].into_boxed_slice();
            for child in children {
                let mut place = hash(&self.parts[child.number()].name) & (size - 1);
                while places[place].is_some() {
                    place = (place + 1) & (size - 1);
                }
                places[place] = Some(*child);
            }
            self.parts[number].places = places;
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.parts.len()
    }

    pub(super) fn parent(&self, field: FieldId) -> FieldId {
        self.parts[field.number()].parent
    }

    pub(super) fn children(&self, field: FieldId) -> &[FieldId] {
        &self.parts[field.number()].children
    }

    /// Finds the part of a name below another.
    #[inline]
    pub(super) fn child(&self, parent: FieldId, name: &[u8]) -> Option<FieldId> {
        let places = &self.parts[parent.number()].places;
        let mask = places.len().wrapping_sub(1);
        let mut place = hash(name) & mask;
        // A quarter of the places are taken at most, so this ends.
        while let Some(child) = *places.get(place)? {
            if *self.parts[child.number()].name == *name {
                return Some(child);
            }
            place = (place + 1) & mask;
        }
        None
    }
}

/// Hashes a member's name by its length and three of its bytes.
#[inline]
fn hash(name: &[u8]) -> usize {
    let [first, .., last] = name else {
        return name.first().map_or(0, |byte| usize::from(*byte));
    };
    let middle = usize::from(name[name.len() / 2]);
    name.len() * 5 + usize::from(*first) * 3 + middle * 11 + usize::from(*last) * 17
}
