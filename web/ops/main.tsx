import './ops.css';
