package storetraffic.decode;

import java.time.Duration;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/** Decodes once, never throws and never drops: a record that breaks the contract becomes a row with the reason. */
public final class InferenceDeserializer implements DeserializationSchema<RowData> {

    private static final long serialVersionUID = 1L;

    private final RowType rowType;
    private final TypeInformation<RowData> producedType;
    private final Duration idleTimeout;
    private transient EventDecoder decoder;
    private transient Resumption resumption;

    public InferenceDeserializer(RowType rowType, TypeInformation<RowData> producedType, Duration idleTimeout) {
        this.rowType = rowType;
        this.producedType = producedType;
        this.idleTimeout = idleTimeout;
    }

    @Override
    public void open(InitializationContext context) {
        decoder = new EventDecoder(ContractSchema.load(), rowType);
        resumption = new Resumption(idleTimeout, System.nanoTime());
    }

    @Override
    public RowData deserialize(byte[] message) {
        return decoder.decode(message, resumption.isResuming(System.nanoTime()));
    }

    @Override
    public boolean isEndOfStream(RowData nextElement) {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return producedType;
    }
}
