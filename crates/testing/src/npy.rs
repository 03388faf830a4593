//! The headers of NumPy's `.npy` files.
//!
//! The crates that read them depend on a generator of parsers, which would take several times as
//! long to build as everything else that the tests need.

use std::{
    fmt,
    io::{self, ErrorKind, Read},
};

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// NumPy allows no more axes.
const MOST_AXES: usize = 64;

/// The description of an array that stands before its elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type of the elements as a Python literal, such as `'<f4'`.
    pub descriptor: String,
    /// Whether the first axis varies fastest.
    pub fortran_order: bool,
    /// The length of each axis.
    pub shape: Vec<usize>,
}

/// The reason why a header could not be read.
#[derive(Debug)]
pub enum HeaderError {
    /// Reading failed.
    Io(io::Error),
    /// The file does not begin as NumPy files do.
    Magic,
    /// The file ends before its header does.
    Cut,
    /// The version of the format is not known.
    Version(u8, u8),
    /// The header is not a dictionary with the three keys.
    Malformed,
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Magic => f.write_str("not a NumPy file"),
            Self::Cut => f.write_str("not a NumPy file: it ends before its header does"),
            Self::Version(major, minor) => {
                write!(f, "a NumPy file of version {major}.{minor}, which is not known")
            }
            Self::Malformed => f.write_str("not a NumPy file: its header is malformed"),
        }
    }
}

impl std::error::Error for HeaderError {}

impl From<io::Error> for HeaderError {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::UnexpectedEof { Self::Cut } else { Self::Io(error) }
    }
}

impl Header {
    /// Reads a header, and leaves `file` at the first element.
    ///
    /// # Errors
    ///
    /// Fails if `file` cannot be read, or does not begin with the header of a NumPy file.
    pub fn read(file: &mut impl Read) -> Result<Self, HeaderError> {
        let mut start = [0; MAGIC.len()];
        file.read_exact(&mut start)?;
        if start != *MAGIC {
            return Err(HeaderError::Magic);
        }
        let [major, minor] = array(file)?;
        let len = match (major, minor) {
            (1, 0) => u16::from_le_bytes(array(file)?).into(),
            (2 | 3, 0) => u32::from_le_bytes(array(file)?),
            _ => return Err(HeaderError::Version(major, minor)),
        };
        let mut text = Vec::new();
        if file.take(len.into()).read_to_end(&mut text)? < len as usize {
            return Err(HeaderError::Cut);
        }
        let text = str::from_utf8(&text).map_err(|_| HeaderError::Malformed)?;
        Literal(text).header().ok_or(HeaderError::Malformed)
    }

    /// Returns the bytes that stand before the elements of a file, in version 1.0 of the format.
    pub fn to_bytes(&self) -> Vec<u8> {
        /// Elements begin at a multiple of this.
        const ALIGNMENT: usize = 64;
        let Self { descriptor, fortran_order, shape } = self;
        let order = if *fortran_order { "True" } else { "False" };
        let sides: Vec<_> = shape.iter().map(usize::to_string).collect();
        let comma = if shape.len() == 1 { "," } else { "" };
        let mut text = format!(
            "{{'descr': {descriptor}, 'fortran_order': {order}, 'shape': ({}{comma}), }}",
            sides.join(", ")
        );
        let before = MAGIC.len() + 4;
        let total = (before + text.len() + 1).next_multiple_of(ALIGNMENT);
        text.extend(std::iter::repeat_n(' ', total - before - text.len() - 1));
        text.push('\n');
        let len = u16::try_from(text.len()).expect("a header has few axes");
        [MAGIC, &[1, 0][..], &len.to_le_bytes(), text.as_bytes()].concat()
    }
}

fn array<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The rest of a Python literal.
struct Literal<'a>(&'a str);

impl<'a> Literal<'a> {
    fn header(mut self) -> Option<Header> {
        let (mut descriptor, mut order, mut shape) = (None, None, None);
        self.take("{")?;
        while self.take("}").is_none() {
            let key = self.string()?;
            self.take(":")?;
            match key {
                "'descr'" | "\"descr\"" => descriptor = Some(self.descriptor()?.to_owned()),
                "'fortran_order'" | "\"fortran_order\"" => order = Some(self.boolean()?),
                "'shape'" | "\"shape\"" => shape = Some(self.shape()?),
                _ => return None,
            }
            if self.take(",").is_none() {
                self.take("}")?;
                break;
            }
        }
        let complete = self.0.trim().is_empty();
        let header = Header { descriptor: descriptor?, fortran_order: order?, shape: shape? };
        complete.then_some(header)
    }

    /// Removes `text` and the white space before it.
    fn take(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.trim_start().strip_prefix(text)?;
        Some(())
    }

    /// Removes the first `len` bytes and returns them.
    fn first(&mut self, len: usize) -> &'a str {
        let (first, rest) = self.0.split_at(len);
        self.0 = rest;
        first
    }

    /// A string without escapes, with its quotation marks.
    fn string(&mut self) -> Option<&'a str> {
        self.0 = self.0.trim_start();
        let quote = self.0.chars().next().filter(|mark| ['\'', '"'].contains(mark))?;
        let len = self.0[1..].find(quote)? + 2;
        Some(self.first(len))
    }

    /// A string, or a list of fields between brackets.
    fn descriptor(&mut self) -> Option<&'a str> {
        self.0 = self.0.trim_start();
        if !self.0.starts_with('[') {
            return self.string();
        }
        let mut depth = 0;
        let last = self.0.find(|c| {
            depth += match c {
                '[' => 1,
                ']' => -1,
                _ => 0,
            };
            depth == 0
        })?;
        Some(self.first(last + 1))
    }

    fn boolean(&mut self) -> Option<bool> {
        let is_true = self.take("True").is_some();
        (is_true || self.take("False").is_some()).then_some(is_true)
    }

    fn shape(&mut self) -> Option<Vec<usize>> {
        let mut shape = Vec::new();
        self.take("(")?;
        while self.take(")").is_none() {
            self.0 = self.0.trim_start();
            let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
            shape.push(self.first(digits).parse().ok()?);
            if self.take(",").is_none() {
                self.take(")")?;
                // Python reads a number between parentheses as that number.
                return (2..=MOST_AXES).contains(&shape.len()).then_some(shape);
            }
        }
        (shape.len() <= MOST_AXES).then_some(shape)
    }
}

#[cfg(test)]
mod tests {
    use super::{Header, HeaderError};

    fn file(version: u8, text: &str) -> Vec<u8> {
        let len = u32::try_from(text.len()).expect("a short text").to_le_bytes();
        let len = if version == 1 { &len[..2] } else { &len[..] };
        [b"\x93NUMPY", &[version, 0][..], len, text.as_bytes()].concat()
    }

    #[test]
    fn what_is_written_is_read() {
        for shape in [vec![], vec![0], vec![7], vec![3, 0, 7], vec![12; 64]] {
            let header = Header { descriptor: "'<f4'".to_owned(), fortran_order: false, shape };
            let bytes = header.to_bytes();
            assert!(bytes.len().is_multiple_of(64) && bytes.ends_with(b"\n"));
            assert_eq!(Header::read(&mut &*bytes).expect("a header"), header);
        }
    }

    #[test]
    fn other_writers_order_and_quote_as_they_like() {
        let text = r#"{"shape":(2,3) , "fortran_order" : True,"descr":[('x', '<f4', (2,))]}  "#;
        for version in [1, 2, 3] {
            let header = Header::read(&mut &*file(version, text)).expect("a header");
            assert_eq!(header.shape, [2, 3]);
            assert!(header.fortran_order);
            assert_eq!(header.descriptor, "[('x', '<f4', (2,))]");
        }
    }

    #[test]
    fn other_texts_are_malformed() {
        for text in [
            "",
            "{}",
            "{'descr': '<f4', 'fortran_order': False}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (3,)}",
            "{'descr': '<f4, 'fortran_order': False, 'shape': (3,)}",
            "{'descr': [('x', '<f4'), 'fortran_order': False, 'shape': (3,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)} 1",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'more': 1}",
            "{'descr': '<f4' 'fortran_order': False, 'shape': (3,)}",
        ] {
            let read = Header::read(&mut &*file(1, text));
            assert!(matches!(read, Err(HeaderError::Malformed)), "{text}");
        }
        let version = Header::read(&mut &*file(4, "{}"));
        assert!(matches!(version, Err(HeaderError::Version(4, 0))));
    }
}
