//! [`Words`]: what a bare word is, looked up once for every word of a script.

/// Known words in lower case and in their order, each with what it is.
pub(super) struct Words<T: 'static> {
    words: &'static [(&'static str, T)],
    /// Where the words of each letter begin, and where the last ones end.
    starts: [u8; 27],
    longest: usize,
}

/// No known word is longer.
const MOST: usize = 24;

impl<T: Copy> Words<T> {
    /// The words have to be sorted, at most 255 of them, and begin with a letter.
    pub(super) const fn new(words: &'static [(&'static str, T)]) -> Self {
        let mut starts = [0; 27];
        let mut longest = 0;
        let mut at = 0;
        let mut letter = 0;
        while at < words.len() {
            let word = words[at].0.as_bytes();
            assert!(word.len() <= MOST && word[0] >= b'a' && word[0] <= b'z');
            let own = (word[0] - b'a') as usize;
            assert!(own + 1 >= letter, "the words are sorted");
            while letter <= own {
                starts[letter] = at as u8;
                letter += 1;
            }
            if word.len() > longest {
                longest = word.len();
            }
            at += 1;
        }
        while letter <= 26 {
            starts[letter] = at as u8;
            letter += 1;
        }
        Self {
            words,
            starts,
            longest,
        }
    }

    /// What a word is, in whatever case it is written.
    pub(super) fn get(&self, word: &[u8]) -> Option<T> {
        let first = word.first()?.to_ascii_lowercase();
        if !first.is_ascii_lowercase() || word.len() > self.longest {
            return None;
        }
        let letter = usize::from(first - b'a');
        let range = usize::from(self.starts[letter])..usize::from(self.starts[letter + 1]);
        self.words[range]
            .iter()
            .find(|(known, _)| {
                known.len() == word.len() && known.as_bytes().eq_ignore_ascii_case(word)
            })
            .map(|(_, what)| *what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_words() {
        const WORDS: Words<u8> = Words::new(&[("a", 1), ("as", 2), ("c", 3), ("zz", 4)]);
        for (word, expected) in [
            ("A", Some(1)),
            ("as", Some(2)),
            ("at", None),
            ("b", None),
            ("C", Some(3)),
            ("zZ", Some(4)),
            ("z", None),
            ("", None),
            ("1", None),
            ("é", None),
            ("aaa", None),
        ] {
            assert_eq!(WORDS.get(word.as_bytes()), expected, "{word}");
        }
    }
}
