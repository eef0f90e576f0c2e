"""Made-up travellers, movements and lists for the demonstration."""
