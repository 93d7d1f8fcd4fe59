//! Boxes to be changed and put together again.

/// Boxes that hold boxes.
const HOLDERS: &[&[u8; 4]] =
    &[b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"mvex", b"moof", b"traf", b"udta", b"mfra"];

#[derive(Clone, Debug)]
pub struct Node {
    pub kind: [u8; 4],
    pub body: Vec<u8>,
    pub inner: Vec<Node>,
}

impl Node {
    pub fn leaf(kind: &[u8; 4], body: Vec<u8>) -> Self {
        Node { kind: *kind, body, inner: Vec::new() }
    }

    /// The boxes of some bytes.
    pub fn parse(mut bytes: &[u8]) -> Vec<Node> {
        let mut nodes = Vec::new();
        while bytes.len() >= 8 {
            let size = u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
            let kind: [u8; 4] = bytes[4..8].try_into().unwrap();
            let (one, rest) = bytes.split_at(size);
            bytes = rest;
            let (body, inner) = if HOLDERS.contains(&&kind) {
                (Vec::new(), Node::parse(&one[8..]))
            } else {
                (one[8..].to_vec(), Vec::new())
            };
            nodes.push(Node { kind, body, inner });
        }
        nodes
    }

    pub fn bytes(nodes: &[Node]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for node in nodes {
            let body = if node.inner.is_empty() { node.body.clone() } else { Node::bytes(&node.inner) };
            bytes.extend_from_slice(&(body.len() as u32 + 8).to_be_bytes());
            bytes.extend_from_slice(&node.kind);
            bytes.extend_from_slice(&body);
        }
        bytes
    }

    /// The box at the end of a path of kinds, the `nth` of the first kind.
    pub fn find<'n>(nodes: &'n mut [Node], path: &[&[u8; 4]], nth: usize) -> &'n mut Node {
        let (first, rest) = path.split_first().unwrap();
        let node = nodes.iter_mut().filter(|node| &node.kind == *first).nth(nth).unwrap();
        if rest.is_empty() { node } else { Node::find(&mut node.inner, rest, 0) }
    }

    pub fn set(&mut self, leaf: Node) {
        match self.inner.iter_mut().find(|node| node.kind == leaf.kind) {
            Some(node) => *node = leaf,
            None => self.inner.push(leaf),
        }
    }

    pub fn remove(&mut self, kind: &[u8; 4]) {
        self.inner.retain(|node| &node.kind != kind);
    }
}
