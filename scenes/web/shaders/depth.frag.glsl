// Depth only.
precision highp float;

void main() {
}
